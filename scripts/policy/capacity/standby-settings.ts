// Which settings must a standby not have lower than its primary?

/**
 * Their names, with what PostgreSQL or the operator's defaults set otherwise (PostgreSQL 18, 26.4.3 "Administrator's Overview" of hot
 * standby; `pgControldataSettingsToParamsMap` of CloudNativePG 1.27 to 1.30).
 */
export const standbySettings: readonly (readonly [name: string, preset: number])[] = [
  ['max_connections', 100],
  ['max_worker_processes', 32],
  ['max_wal_senders', 10],
  ['max_prepared_transactions', 0],
  ['max_locks_per_transaction', 64],
]
