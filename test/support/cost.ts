// What does something cost, however busy the machine is?

/** Milliseconds of computing of this process, other threads included. */
function since(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

/** Milliseconds of computing that a function takes. */
export function costOf(run: () => unknown): number {
  const start = process.cpuUsage()
  run()
  return since(start)
}

export async function costOfAsync(run: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage()
  await run()
  return since(start)
}
