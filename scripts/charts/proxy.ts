// Through which proxy is a server reached, as Go (and so Helm and Argo CD) reads the environment?
import { BlockList, isIP } from 'node:net'
import { PullFailure } from './failure.ts'
import { parseUrl } from './pin.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** An address in brackets, without them. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

/** The port, explicit or implied. */
export function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/** This machine, by name or address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || (isIP(host) !== 0 && loopback.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4'))
}

/** `httpproxy.Config.ProxyFunc`; undefined: there is none for this address. */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const written = env[name] || env[name.toLowerCase()]
  if (written === undefined || written === '' || isLoopback(hostOf(url)) || isExcluded(url, env['NO_PROXY'] || env['no_proxy']))
    return undefined
  const proxy = parseUrl(/^[a-z][a-z0-9+.-]*:\/\//i.test(written) ? written : `http://${written}`)
  // the text may hold a password
  if (proxy === undefined || proxy.hostname === '') throw new PullFailure(`${name} is set, but is not the address of a proxy`)
  if (proxy.protocol !== 'http:' && proxy.protocol !== 'https:')
    throw new PullFailure(`${name} names a proxy of type ${proxy.protocol.slice(0, -1)}, but must be http or https`)
  return proxy
}

function isExcluded(url: URL, list: string | undefined): boolean {
  const host = hostOf(url).toLowerCase()
  return (list ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && excludes(entry, host, portOf(url)))
}

/** One entry of NO_PROXY: `*`, a name (which includes its subdomains), `.name` (only those), an address, a network, each with or without a port. */
function excludes(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true
  const [, network, bits] = /^([\d.a-f:]+)\/(\d{1,3})$/.exec(entry) ?? []
  if (network !== undefined) return isIP(host) !== 0 && isIP(host) === isIP(network) && isInNetwork(host, network, Number(bits))
  const [, written = entry, only] = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(entry) ?? []
  if (only !== undefined && Number(only) !== port) return false
  const name = written.replace(/^\[|\]$/g, '').replace(/^\*(?=\.)/, '')
  if (name.startsWith('.')) return host.endsWith(name)
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`))
}

function isInNetwork(host: string, network: string, bits: number): boolean {
  const family = isIP(host) === 6 ? 'ipv6' : 'ipv4'
  if (bits > (family === 'ipv6' ? 128 : 32)) return false
  const list = new BlockList()
  list.addSubnet(network, bits, family)
  return list.check(host, family)
}
