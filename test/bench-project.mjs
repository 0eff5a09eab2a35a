// Makes a repository with many services in a temporary folder, for the benchmark.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * A copy of this repository's inputs with `count` services; returns its folder. `different`: no two are alike in size and
 * parameters; `alike`: they differ in their names alone.
 */
export function makeProject(count, kind = 'different') {
  const folder = mkdtempSync(join(tmpdir(), 'cnpg-values-bench-'))
  for (const name of ['apps', 'helm-values']) cpSync(join(root, name), join(folder, name), { recursive: true })
  rmSync(join(folder, 'helm-values/data/rendered'), { recursive: true, force: true })
  rmSync(join(folder, 'apps/templates'), { recursive: true, force: true })
  for (let index = 0; index < count; index++) {
    const service = `service-${String(index).padStart(5, '0')}`
    mkdirSync(join(folder, 'databases', service), { recursive: true })
    writeFileSync(join(folder, 'databases', service, 'values.yaml'), values(kind === 'different' ? index : 0))
  }
  return folder
}

function values(index) {
  return `# yaml-language-server: $schema=../../schemas/values/cluster-0.8.1.json
# The database of service ${index}.
cluster:
  storage:
    size: ${10 + index}Gi
  postgresql:
    parameters:
      max_connections: "${100 + (index % 400)}"
      work_mem: "${4096 + index}kB"
      log_min_duration_statement: "${100 + index}"
  initdb:
    database: app_${index}
    owner: app_${index}
  roles:
    - name: ${['reader', 'analyst', 'exporter', 'support'][index % 4]}
      login: true
      inRoles: [pg_read_all_data]
`
}
