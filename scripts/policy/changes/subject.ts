// What does a rule about two sides of a database look at?
import type { Rule } from '../../findings/finding.ts'
import type { ObjectFinding, ObjectsSubject } from '../subject.ts'

/** The objects of one database on both sides. */
export interface ChangeSubject {
  readonly before: ObjectsSubject
  readonly after: ObjectsSubject
}

/** A rule about two sides. Its places are in the object as it is after the change, or, if they are gone, as it was. */
export interface ChangeRule extends Rule<ChangeSubject> {
  check(subject: ChangeSubject): Iterable<ObjectFinding>
}
