// Are the cluster's name, image and update strategy acceptable?
import { here, named, phrase, shown } from '../../findings/message.ts'
import { byteLength, isDns1035Label } from '../../kubernetes/dns-name.ts'
import { parseImageReference, versionOfTag } from '../image.ts'
import type { JsonMap } from '../../values/value.ts'
import type { Rule } from '../../findings/finding.ts'
import { instancesOf } from './cluster.ts'
import { refusal, withPlaces } from '../finding.ts'
import { stringAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'

const nameLimit = 50
const imagePath = ['spec', 'imageName'] as const

/** The tag of the image; undefined if no image is set. */
function tagOf(cluster: JsonMap): string | undefined {
  const name = stringAt(cluster, ...imagePath)
  return name === '' ? undefined : parseImageReference(name).tag
}

export const image: readonly Rule<OperatorSubject>[] = [
  {
    id: 'image/tag-not-latest',
    severity: 'error',
    upstream: 'validateImageName',
    summary: 'the image has a tag other than latest',
    *check({ object }) {
      if (tagOf(object) !== 'latest') return
      const name = stringAt(object, ...imagePath)
      const message = phrase`${here('imageName')} is ${shown(name)}, but must have a tag with a version, not latest`
      yield refusal(imagePath, message, phrase`add the version, such as :18.4-system-trixie`)
    },
  },
  {
    id: 'image/tag-beside-digest',
    severity: 'error',
    upstream: 'validateImageName',
    summary: 'an image with a digest also has a tag',
    *check({ object }) {
      if (tagOf(object) !== '') return
      const message = phrase`${here('imageName')} is ${shown(stringAt(object, ...imagePath))}, but must have a tag before its digest`
      yield refusal(imagePath, message, phrase`put the version before the digest, such as :18.4@sha256:…`)
    },
  },
  {
    id: 'image/tag-is-version',
    severity: 'error',
    upstream: 'validateImageName',
    summary: 'the tag of the image starts with a PostgreSQL version',
    *check({ object }) {
      const tag = tagOf(object)
      if (tag === undefined || tag === '' || tag === 'latest' || versionOfTag(tag)) return
      const message = phrase`${here('the tag of imageName')} is ${shown(tag)}, but must start with a PostgreSQL version`
      yield refusal(imagePath, message, phrase`use a tag such as 18.4-system-trixie, or list the image in an ImageCatalog with its major`)
    },
  },
  {
    id: 'image/pull-policy',
    severity: 'error',
    upstream: 'validateImagePullPolicy',
    summary: 'imagePullPolicy is one that Kubernetes knows',
    *check({ object }) {
      const policy = stringAt(object, 'spec', 'imagePullPolicy')
      if (['', 'Always', 'Never', 'IfNotPresent'].includes(policy)) return
      const message = phrase`${here('imagePullPolicy')} is ${shown(policy)}, but must be Always, IfNotPresent or Never`
      yield refusal(['spec', 'imagePullPolicy'], message, phrase`use IfNotPresent, or remove the field`)
    },
  },
]

export const clusterName: readonly Rule<OperatorSubject>[] = [
  {
    id: 'cluster-name/dns-label',
    severity: 'error',
    upstream: 'validateName',
    summary: 'the name of a Cluster is a DNS label that starts with a letter',
    *check({ object }) {
      const name = stringAt(object, 'metadata', 'name')
      if (isDns1035Label(name)) return
      const message = phrase`${here('the cluster name')} is ${shown(name)}, but must be a DNS label that starts with a letter`
      yield refusal(['metadata', 'name'], message, phrase`use lower-case letters, digits and dashes, a letter first`)
    },
  },
  {
    id: 'cluster-name/length',
    severity: 'error',
    upstream: 'validateName',
    summary: 'the name of a Cluster has at most 50 characters',
    *check({ object }) {
      const length = byteLength(stringAt(object, 'metadata', 'name'))
      if (length <= nameLimit) return
      const message = phrase`the cluster name has ${named(length)} characters, but must have at most ${named(nameLimit)}`
      yield refusal(['metadata', 'name'], message, phrase`shorten it by ${length - nameLimit}`)
    },
  },
]

export const updateStrategy: readonly Rule<OperatorSubject>[] = [
  {
    id: 'update-strategy/known',
    severity: 'error',
    upstream: 'validatePrimaryUpdateStrategy',
    summary: 'primaryUpdateStrategy is supervised or unsupervised',
    *check({ object }) {
      const strategy = stringAt(object, 'spec', 'primaryUpdateStrategy')
      if (['', 'supervised', 'unsupervised'].includes(strategy)) return
      const message = phrase`${here('primaryUpdateStrategy')} is ${shown(strategy)}, but must be supervised or unsupervised`
      yield refusal(['spec', 'primaryUpdateStrategy'], message, phrase`use unsupervised`)
    },
  },
  {
    id: 'update-strategy/supervised-needs-replica',
    severity: 'error',
    upstream: 'validatePrimaryUpdateStrategy',
    summary: 'supervised updates are for clusters with more than one instance',
    *check({ object }) {
      if (stringAt(object, 'spec', 'primaryUpdateStrategy') !== 'supervised' || instancesOf(object) !== 1) return
      const message = phrase`${here('primaryUpdateStrategy')} is supervised, but a cluster of 1 instance must use unsupervised`
      const finding = refusal(['spec', 'primaryUpdateStrategy'], message, phrase`use unsupervised, or raise instances to 2`)
      yield withPlaces(finding, { path: ['spec', 'instances'], label: phrase`instances is 1` })
    },
  },
]
