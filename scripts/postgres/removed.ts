// Which parameters did PostgreSQL remove, and what took their place?
import { lookup } from '../values/lookup.ts'

export interface Removed {
  /** the release without it */
  readonly at: string
  /** what to type instead; absent: nothing took its place */
  readonly help?: string
}

/**
 * The release notes say of each under "Migration to Version" what it became; those that 13 still has are found by the
 * catalogues, so `at` counts only for older ones.
 */
export const removed: Readonly<Record<string, Removed>> = lookup({
  add_missing_from: { at: '9.0' },
  autocommit: { at: '7.4' },
  bgwriter_all_maxpages: { at: '8.3', help: 'set bgwriter_lru_maxpages instead' },
  bgwriter_all_percent: { at: '8.3' },
  bgwriter_lru_percent: { at: '8.3', help: 'set bgwriter_lru_multiplier instead' },
  checkpoint_segments: { at: '9.5', help: 'set max_wal_size instead: about checkpoint_segments × 3 × 16MB' },
  custom_variable_classes: { at: '9.2', help: 'remove it: parameters of extensions need no declaration' },
  db_user_namespace: { at: '17' },
  explain_pretty_print: { at: '8.4' },
  force_parallel_mode: { at: '16', help: 'set debug_parallel_query instead' },
  krb_server_hostname: { at: '9.3' },
  krb_srvname: { at: '9.4' },
  lc_collate: { at: '16', help: 'remove it: a database has its collation since it was created; set it in bootstrap.initdb' },
  lc_ctype: { at: '16', help: 'remove it: a database has its character type since it was created; set it in bootstrap.initdb' },
  max_fsm_pages: { at: '8.4', help: 'remove it: the free space map needs no settings' },
  max_fsm_relations: { at: '8.4', help: 'remove it: the free space map needs no settings' },
  min_parallel_relation_size: { at: '10', help: 'set min_parallel_table_scan_size instead' },
  old_snapshot_threshold: { at: '17', help: 'remove it; transaction_timeout and idle_in_transaction_session_timeout end old snapshots' },
  operator_precedence_warning: { at: '14' },
  preload_libraries: { at: '8.0', help: 'set shared_preload_libraries instead' },
  promote_trigger_file: { at: '16' },
  redirect_stderr: { at: '8.3', help: 'remove it: the operator sets logging_collector' },
  regex_flavor: { at: '9.0' },
  replacement_sort_tuples: { at: '11' },
  silent_mode: { at: '9.2' },
  sql_inheritance: { at: '10' },
  standby_mode: { at: '12', help: 'remove it: the operator makes standbys' },
  stats_block_level: { at: '8.3', help: 'set track_counts instead' },
  stats_command_string: { at: '8.3', help: 'set track_activities instead' },
  stats_reset_on_server_start: { at: '8.3' },
  stats_row_level: { at: '8.3', help: 'set track_counts instead' },
  stats_start_collector: { at: '8.3', help: 'set track_counts instead' },
  stats_temp_directory: { at: '15', help: 'remove it: statistics are in shared memory' },
  trace_recovery_messages: { at: '17' },
  trigger_file: { at: '12', help: 'remove it: the operator promotes standbys' },
  unix_socket_directory: { at: '9.3', help: 'remove it: the operator sets unix_socket_directories' },
  vacuum_cleanup_index_scale_factor: { at: '14' },
  vacuum_defer_cleanup_age: { at: '16', help: 'remove it; hot_standby_feedback and replication slots keep rows for standbys' },
  wal_keep_segments: { at: '13', help: 'set wal_keep_size instead: wal_keep_segments × 16MB' },
  wal_sender_delay: { at: '9.2' },
})

/** Fields of `postgresql` that are not parameters. */
export const fields: ReadonlySet<string> = new Set(['pg_hba', 'pg_ident'])
