// Which PostgreSQL parameters take effect only after a restart?
import { lookup } from '../values/lookup.ts'

// Context `postmaster` in `postgres --describe-config` of 13 to 18. Parameters on which the majors disagree are below.
const always = new Set(
  `archive_mode autovacuum_freeze_max_age autovacuum_multixact_freeze_max_age bonjour bonjour_name cluster_name config_file data_directory
  data_sync_retry dynamic_shared_memory_type event_source external_pid_file hba_file hot_standby huge_page_size huge_pages ident_file
  ignore_invalid_pages jit_provider listen_addresses logging_collector max_active_replication_origins max_connections max_files_per_process
  max_locks_per_transaction max_logical_replication_workers max_notify_queue_pages max_pred_locks_per_transaction max_prepared_transactions
  max_replication_slots max_wal_senders max_worker_processes min_dynamic_shared_memory old_snapshot_threshold port recovery_target
  recovery_target_action recovery_target_inclusive recovery_target_lsn recovery_target_name recovery_target_time recovery_target_timeline
  recovery_target_xid reserved_connections shared_buffers shared_memory_type shared_preload_libraries superuser_reserved_connections
  track_activity_query_size track_commit_timestamp unix_socket_directories unix_socket_group unix_socket_permissions wal_buffers
  wal_decode_buffer_size wal_level wal_log_hints autovacuum_worker_slots commit_timestamp_buffers debug_io_direct io_max_combine_limit
  io_max_concurrency io_method multixact_member_buffers multixact_offset_buffers notify_buffers serializable_buffers subtransaction_buffers
  transaction_buffers`.split(/\s+/),
)
/** parameter → first major that reads it again on a reload */
const reloadedSince: Readonly<Record<string, number>> = lookup({ autovacuum_max_workers: 18, restore_command: 14 })

// Of the extensions that the images bring: what their libraries allocate or start at load time.
const ofExtensions = new Set([
  'pg_stat_statements.max',
  'pg_stat_statements.save',
  'cron.database_name',
  'cron.host',
  'cron.max_running_jobs',
  'cron.use_background_workers',
])

/** Prefixes whose first parameter makes the operator preload a library, and whose last one removes it. */
export const preloadedPrefixes = ['auto_explain', 'pg_failover_slots', 'pg_stat_statements', 'pgaudit'] as const

/** Whether a changed parameter waits for a restart. `major` undefined: unknown, then the careful answer. */
export function needsRestart(parameter: string, major: number | undefined): boolean {
  const name = parameter.toLowerCase()
  const since = reloadedSince[name]
  if (since !== undefined) return major === undefined || major < since
  return always.has(name) || ofExtensions.has(name)
}
