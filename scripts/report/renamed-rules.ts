// What is a rule called now, whose id settings, allowances and scripts may still have as it was?
import { lookup } from '../values/lookup.ts'

const renamed: Readonly<Record<string, string>> = lookup({
  'policy/database-owner-known': 'policy/role-known',
})

/** Undefined: no rule ever had this id, or one still has it. */
export const renamedTo = (id: string): string | undefined => renamed[id]
