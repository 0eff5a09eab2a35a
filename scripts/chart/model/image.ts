// Which PostgreSQL image or image catalog does the Cluster name?
import type { Value } from '../../values/value.ts'
import { derivedName } from './names.ts'
import type { Names } from './names.ts'
import { bare, constant, mapNode, nothing, raw, setRaw, spreadYaml } from './print.ts'
import type { Chart, Fields } from './print.ts'
import { equalsText, field, formatString, goText, isTrue, rangeOf, TemplateFault } from './template.ts'

/** True for type timescaledb without an image or catalog of its own: then the chart brings a catalog. */
export function hasTimescaleDefaults(chart: Chart): boolean {
  const cluster = field(chart.values, 'cluster')
  if (!equalsText(field(chart.values, 'type'), 'timescaledb')) return false
  if (!isTrue(field(chart.values, 'imageCatalog', 'create'))) return false
  return (
    !isTrue(field(cluster, 'imageCatalogRef', 'name')) &&
    !isTrue(field(chart.values, 'imageCatalog', 'images')) &&
    !isTrue(field(cluster, 'imageName'))
  )
}

function hasCatalog(chart: Chart): boolean {
  const catalog = field(chart.values, 'imageCatalog')
  return isTrue(field(catalog, 'create')) && isTrue(field(catalog, 'images'))
}

/** Adds `imageName` or `imageCatalogRef`; the chart's `cluster.image`. */
export function addImage(chart: Chart, names: Names, spec: Fields): void {
  const reference = field(chart.values, 'cluster', 'imageCatalogRef')
  if (isTrue(field(reference, 'name'))) {
    const fields: Fields = new Map([['apiGroup', constant('postgresql.cnpg.io', reference)]])
    spreadYaml(chart, fields, reference)
    fields.set('major', major(chart))
    spec.set('imageCatalogRef', mapNode(fields, reference))
    return
  }
  const catalog = field(chart.values, 'imageCatalog')
  if (hasCatalog(chart)) return setOwnCatalog(chart, spec, names.fullname, field(catalog, 'images'))
  if (hasTimescaleDefaults(chart))
    return setOwnCatalog(chart, spec, derivedName(chart, names, 'timescaledb-ha', names.at), field(chart.values, 'type'))
  spec.set('imageName', imageName(chart))
}

function setOwnCatalog(chart: Chart, spec: Fields, name: Value, at: Value): void {
  const fields: Fields = new Map<string, Value>([
    ['apiGroup', constant('postgresql.cnpg.io', at)],
    ['kind', constant('ImageCatalog', at)],
    ['name', name],
    ['major', major(chart)],
  ])
  spec.set('imageCatalogRef', mapNode(fields, at))
}

function major(chart: Chart): Value {
  const version = field(chart.values, 'version', 'postgresql')
  return bare(chart, goText(version).split('.', 1)[0] ?? '', version)
}

function imageName(chart: Chart): Value {
  const own = field(chart.values, 'cluster', 'imageName')
  if (isTrue(own)) return raw(chart, own)
  const type = field(chart.values, 'type')
  if (equalsText(type, 'postgresql')) {
    const version = field(chart.values, 'version', 'postgresql')
    return bare(chart, `ghcr.io/cloudnative-pg/postgresql:${formatString(version)}`, version)
  }
  if (equalsText(type, 'postgis')) {
    const version = field(chart.values, 'version', 'postgresql')
    const tag = `${formatString(version)}-${formatString(field(chart.values, 'version', 'postgis'))}`
    return bare(chart, `ghcr.io/cloudnative-pg/postgis:${tag}`, version)
  }
  throw new TemplateFault('fail', 'Invalid cluster type!', type)
}

/** `spec` of the ImageCatalog that `imageCatalog.images` asks for, or null when there is none. */
export function catalogSpec(chart: Chart): Value | null {
  if (!hasCatalog(chart)) return null
  const images = field(chart.values, 'imageCatalog', 'images')
  const items = rangeOf(images).map((item) => {
    const fields: Fields = new Map()
    setRaw(chart, fields, 'image', field(item, 'image'))
    setRaw(chart, fields, 'major', field(item, 'major'))
    return mapNode(fields, item)
  })
  return mapNode(new Map([['images', imageList(items, images)]]), images)
}

const timescaleMajors = [12, 13, 14, 15, 16, 17, 18]

/** `spec` of the catalog that the chart brings for type timescaledb. */
export function timescaleCatalogSpec(chart: Chart): Value {
  const version = field(chart.values, 'version', 'timescaledb')
  const items = timescaleMajors.map((number) => {
    const image = bare(chart, `timescale/timescaledb-ha:pg${number}-ts${version.kind === 'null' ? '' : goText(version)}`, version)
    return mapNode(
      new Map([
        ['image', image],
        ['major', constant(number, version)],
      ]),
      version,
    )
  })
  return mapNode(new Map([['images', imageList(items, version)]]), version)
}

function imageList(items: readonly Value[], at: Value): Value {
  return items.length > 0 ? { kind: 'list', origin: at.origin, overrides: [], items } : nothing(at)
}
