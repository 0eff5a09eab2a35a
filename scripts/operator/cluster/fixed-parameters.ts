// Which PostgreSQL parameters does the operator reserve?

/** Names that a user must not set; the operator calls them "fixed" and "blocked". */
export const fixedParameters: ReadonlySet<string> = new Set(
  `archive_command archive_mode cluster_name pg_failover_slots.primary_dsn pg_failover_slots.standby_slot_names port
  primary_conninfo primary_slot_name recovery_target recovery_target_action recovery_target_inclusive recovery_target_lsn
  recovery_target_name recovery_target_time recovery_target_timeline recovery_target_xid restore_command
  shared_preload_libraries ssl ssl_ca_file ssl_cert_file ssl_crl_file ssl_dh_params_file ssl_ecdh_curve ssl_key_file
  ssl_passphrase_command ssl_passphrase_command_supports_reload ssl_prefer_server_ciphers synchronized_standby_slots
  synchronous_standby_names temp_tablespaces
  allow_system_table_mods archive_cleanup_command bonjour bonjour_name config_file data_directory data_sync_retry
  event_source external_pid_file hba_file hot_standby ident_file jit_provider listen_addresses log_destination
  log_directory log_file_mode log_filename log_rotation_age log_rotation_size log_truncate_on_rotation
  logging_collector promote_trigger_file recovery_end_command recovery_min_apply_delay restart_after_crash
  stats_temp_directory syslog_facility syslog_ident syslog_sequence_numbers syslog_split_messages
  unix_socket_directories unix_socket_group unix_socket_permissions`
    .split(/\s+/)
    .filter((name) => name !== ''),
)

/** Values of fixed parameters that defaulting writes into stored objects, so that an exported Cluster is accepted. */
export const computedParameters: ReadonlyMap<string, string> = new Map([
  ['log_destination', 'csvlog'],
  ['log_directory', '/controller/log'],
  ['log_filename', 'postgres'],
  ['log_rotation_age', '0'],
  ['log_rotation_size', '0'],
  ['log_truncate_on_rotation', 'false'],
  ['logging_collector', 'on'],
  ['shared_preload_libraries', ''],
])
