// Can the publisher make the replication slot of a Subscription?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import { isSwitchedOff } from './logical-parameters.ts'
import { isAbsent, objectsOf, plainAt, textAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule } from '../subject.ts'

/** `NAMEDATALEN`, less the byte at its end. */
const longest = 63

/** `ReplicationSlotValidateName`. */
const isSlotName = (name: string): boolean => /^[a-z0-9_]+$/.test(name) && name.length <= longest

/** A name that is like another one, and possible. */
const asSlotName = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]/g, '_')
    .slice(0, longest)

/** `parse_subscription_options`: "subscription with slot_name = NONE must also set enabled = false"; without a connection both are. */
function* withoutSlot(object: RenderedObject): Iterable<ObjectFinding> {
  const missing = ['enabled', 'create_slot'].filter((name) => !isSwitchedOff(object, name))
  if (missing.length === 0 || isSwitchedOff(object, 'connect')) return
  yield {
    object,
    message: phrase`${here('slot_name')} is none, but ${named(missing.join(' and '))} ${missing.length === 1 ? 'is' : 'are'} not "false": PostgreSQL refuses it`,
    places: [{ path: ['spec', 'parameters', 'slot_name'] }],
    help: phrase`remove slot_name, or add ${named(missing.map((name) => `${name}: "false"`).join(', '))}`,
  }
}

function* impossible(object: RenderedObject): Iterable<ObjectFinding> {
  const parameters = ['spec', 'parameters']
  const given = textAt(object.plain, ...parameters, 'slot_name')
  const refused = 'which may have a-z, 0-9 and _: nothing is replicated'
  if (given !== undefined) {
    // the operator writes it as a text, which PostgreSQL compares as it is
    if (given === 'none') yield* withoutSlot(object)
    if (given === 'none' || isSlotName(given)) return
    const likely = given.toLowerCase() === 'none' ? 'none' : asSlotName(given)
    yield {
      object,
      message: phrase`${here('slot_name')} is ${shown(given)}, but that is no name of a replication slot, ${refused}`,
      places: [{ path: [...parameters, 'slot_name'] }],
      help: likely === '' ? phrase`remove it` : phrase`write ${named(likely)}`,
    }
    return
  }
  const name = textAt(object.plain, 'spec', 'name') ?? ''
  // an identifier is cut before the slot is called after it
  if (name === '' || isSlotName(name.slice(0, longest)) || plainAt(object.plain, ...parameters, 'slot_name') !== undefined) return
  // one that is made later, by hand, has a name by then
  if (isSwitchedOff(object, 'connect') || (isSwitchedOff(object, 'enabled') && isSwitchedOff(object, 'create_slot'))) return
  yield {
    object,
    message: phrase`${here('name')} is ${shown(name)}, and so is that of its replication slot, ${refused}`,
    places: [{ path: ['spec', 'name'] }],
    help: phrase`add parameters: {slot_name: ${named(asSlotName(name))}}, or write name: ${named(asSlotName(name))}`,
  }
}

export const slotNames: readonly ObjectRule[] = [
  {
    // CREATE SUBSCRIPTION: slot_name is "the name of the subscription" by default; tried with PostgreSQL 15: `replication slot name "my-sub"
    // contains invalid character`, also for `NONE`, which is no other word for `none` in quotes
    id: 'policy/slot-name-possible',
    severity: 'error',
    configurable: true,
    upstream: 'toSubscriptionCreateSQL',
    summary: 'the replication slot of a Subscription has a name that PostgreSQL takes',
    reads: [],
    *check(subject) {
      for (const object of objectsOf(subject, 'Subscription')) if (!isAbsent(object.plain['spec'])) yield* impossible(object)
    },
  },
]
