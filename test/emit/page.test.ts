// Is the page of the fleet complete, safe, the same each time, and does it work in a browser?
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../../scripts/cli/cli.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const temporary = mkdtempSync(join(tmpdir(), 'cnpg-values-report-'))
const root = join(temporary, 'fleet')
const out = join(root, 'pages/fleet.html')
// a browser's last processes may still write into their profile for a moment
afterAll(() => rmSync(temporary, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }))

async function run(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = ''
  let stderr = ''
  const code = await main(argv, { cwd: root, color: false, stdout: (text) => (stdout += text), stderr: (text) => (stderr += text) })
  return { code, stdout, stderr }
}
function put(path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), text)
}
const page = () => readFileSync(out, 'utf8')
/** The row of one database. */
const rowOf = (text: string, id: string) => new RegExp(`<tr [^>]*id="db-${id}"[\\s\\S]*?</tr>`).exec(text)?.[0] ?? ''

beforeAll(async () => {
  cpSync(join(repository, 'test/projects/base'), root, { recursive: true })
  const backups =
    'backups:\n  enabled: true\n  endpointURL: https://s3.example.com\n  destinationPath: s3://bucket/\n  retentionPolicy: 4w\n  secret: {create: false, name: creds}\n'
  const schedule = '  scheduledBackups:\n    - name: daily\n      schedule: "0 0 3 * * *"\n'
  const poolers = 'poolers:\n  - {name: rw, type: rw, poolMode: transaction, instances: 2, parameters: {max_client_conn: "500"}}\n'
  put(
    'databases/orders/values.yaml',
    `cluster:\n  storage: {size: 10Gi}\n  walStorage: {enabled: true, size: 2Gi}\n  resources: {requests: {memory: 1Gi}}\nversion: {postgresql: "14.9"}\n${backups}${schedule}`,
  )
  put('databases/orders/service.yaml', 'owner: team-a\n')
  put(
    'databases/billing/values.yaml',
    `cluster:\n  storage: {size: 1Ti}\n  postgresql: {parameters: {max_connections: "400"}}\nversion: {postgresql: "18"}\n${backups.replace('bucket/', 'example-company-postgres-backups-eu-central-1/clusters/billing')}${poolers}`,
  )
  put(
    'databases/hostile/values.yaml',
    '"<script>alert(1)</script>": 1\n"\\u202e\\"onmouseover=alert(1) x=\\"": 2\nbackups:\n  s3: {accessKey: "hunter2<b>", secretKey: "hunter3"}\n',
  )
  put('databases/broken/values.yaml', 'cluster: [\n')
  expect(await run('report', '--out', 'pages/fleet.html', '--date', '2026-11-24')).toMatchObject({ code: 0, stdout: '' })
})

describe('the page', () => {
  test('shows each figure with the place where it was written', () => {
    const row = rowOf(page(), 'orders/prd')
    expect(row).toContain('<a href="../databases/orders/values.yaml#L2" title="databases/orders/values.yaml:2">10Gi</a> data')
    expect(row).toContain('title="databases/orders/values.yaml:3">2Gi</a> WAL')
    expect(row).toContain('title="helm-values/data/postgres-prd-defaults.yaml:2">3</a>')
    expect(row).toContain('title="databases/orders/values.yaml:5">14.9</a>')
    expect(row).toContain('<time datetime="2026-11-12">2026-11-12</time>')
    expect(row).toContain('title="databases/orders/values.yaml:9">s3://bucket/</a>')
    expect(row).toContain('title="databases/orders/values.yaml:10">4w</a>')
    expect(row).toContain('title="databases/orders/values.yaml:14">0 0 3 * * *</a>')
    expect(row).toContain('36 GiB')
    expect(row).toContain('team-a')
    expect(row).toContain('<span title="a default">100</span>')
    expect(rowOf(page(), 'billing/prd')).toContain('title="databases/billing/values.yaml:3">400</a>')
    expect(rowOf(page(), 'broken/dev')).toContain('can’t be read')
  })
  test('every link leads to a line that exists, and every anchor to an element', () => {
    const text = page()
    const ids = new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
    const links = [...text.matchAll(/href="([^"]+)"/g)].map(([, href]) => href as string)
    expect(links.length).toBeGreaterThan(40)
    for (const link of links) {
      const [path = '', anchor = ''] = link.split('#')
      if (path === '') expect(ids, link).toContain(anchor)
      else
        expect(
          readFileSync(resolve(join(root, 'pages'), decodeURIComponent(path)), 'utf8').split('\n').length,
          link,
        ).toBeGreaterThanOrEqual(Number(anchor.slice(1)))
    }
    expect(new Set(ids).size).toBe([...text.matchAll(/ id="/g)].length)
  })
  test('holds nothing hostile, no secret and nothing from elsewhere', () => {
    const text = page()
    expect(text).not.toContain('<script>alert')
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(text).not.toMatch(/"onmouseover|\u202e/)
    expect(text).not.toMatch(/hunter[23]/)
    expect(text).not.toMatch(/\b(?:src|srcset|action|poster)=|url\(|@import|<link|<iframe|<base/)
    const script = /<script>([\s\S]*?)<\/script>/.exec(text)?.[1] ?? ''
    expect(text).toContain(`sha256-${createHash('sha256').update(script).digest('base64')}`)
    expect(text.match(/<script/g)).toHaveLength(1)
  })
  test('is the same each time, whatever the day and the folder', async () => {
    const before = page()
    await run('report', '--out', 'pages/again.html', '--date', '2026-11-24')
    expect(readFileSync(join(root, 'pages/again.html'), 'utf8')).toBe(before)
    expect(readdirSync(join(root, 'pages')).sort()).toEqual(['again.html', 'fleet.html'])
  })
  test('a page is written again, but no other file is replaced', async () => {
    const hand = readFileSync(join(root, 'databases/orders/values.yaml'), 'utf8')
    const { code, stderr } = await run('report', '--out', 'databases/orders/values.yaml')
    expect(code).toBe(2)
    expect(stderr).toBe(
      'cnpg-values: --out is `databases/orders/values.yaml`, but that file is not a page of this program; name another one, or remove it\n',
    )
    expect(readFileSync(join(root, 'databases/orders/values.yaml'), 'utf8')).toBe(hand)
    symlinkSync('fleet.html', join(root, 'pages/link.html'))
    expect((await run('report', '--out', 'pages/link.html', '--date', '2026-11-24')).code).toBe(0)
    expect(lstatSync(join(root, 'pages/link.html')).isSymbolicLink()).toBe(true)
    rmSync(join(root, 'pages/link.html'))
  })
  test('- is standard output', async () => {
    const { code, stdout, stderr } = await run('report', '--out', '-', '--date', '2026-11-24')
    expect(code).toBe(0)
    expect(stdout).toBe(page().replaceAll('href="../', 'href="'))
    expect(stderr).toMatch(/^stdout: 8 databases/)
  })
  test('links to the web if a base is given', async () => {
    await run('report', '--out', 'pages/web.html', '--link-base', 'https://git.example.com/r/blob/main/')
    expect(readFileSync(join(root, 'pages/web.html'), 'utf8')).toContain(
      'href="https://git.example.com/r/blob/main/databases/orders/values.yaml#L2"',
    )
    rmSync(join(root, 'pages/web.html'))
  })
  test.each([
    [['report'], '--out is not set'],
    [['report', '--out', 'pages'], '--out is `pages`, but must be a file, such as pages/fleet.html'],
    [['report', '--out', 'apps/values.yaml/x.html'], "can't be written there"],
    [['report', '--out', 'x.html', '--date', '2026-02-30'], 'must be a day'],
    [['report', '--out', 'x.html', '--link-base', 'javascript:alert(1)'], 'must be a web address'],
  ])('%j is wrong usage', async (argv, part) => {
    const { code, stderr } = await run(...argv)
    expect(code).toBe(2)
    expect(stderr).toContain(part)
  })
})

function findBrowser(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
  return names.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0)
}

interface Browser {
  evaluate(expression: string): Promise<unknown>
  send(method: string, parameters?: object): Promise<unknown>
  readonly events: { method: string; params: { request?: { url: string } } }[]
  close(): Promise<void>
}

/** A browser on one page, driven through a pipe: no port, no package. */
async function openBrowser(name: string, url: string): Promise<Browser> {
  const profile = join(temporary, 'profile')
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-dev-shm-usage',
    '--disable-quic',
    '--disable-sync',
    '--disable-background-networking',
    '--disable-component-update',
    '--remote-debugging-pipe',
    `--user-data-dir=${profile}`,
  ]
  const child = spawn(name, flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] })
  const [input, output] = [child.stdio[3] as Writable, child.stdio[4] as Readable]
  const waiting = new Map<number, (result: unknown) => void>()
  const events: Browser['events'] = []
  let [buffer, next] = ['', 1]
  output.on('data', (chunk: Buffer) => {
    buffer += chunk.toString()
    const parts = buffer.split('\0')
    buffer = parts.pop() ?? ''
    for (const part of parts) {
      const message = JSON.parse(part) as { id?: number; result?: unknown; method: string; params: { request?: { url: string } } }
      if (message.id === undefined) events.push(message)
      else waiting.get(message.id)?.(message.result)
    }
  })
  const raw = (method: string, params: object, sessionId?: string) =>
    new Promise<unknown>((done) => {
      waiting.set(next, done)
      input.write(`${JSON.stringify({ id: next++, method, params, sessionId })}\0`)
    })
  const { targetId } = (await raw('Target.createTarget', { url: 'about:blank' })) as { targetId: string }
  const { sessionId } = (await raw('Target.attachToTarget', { targetId, flatten: true })) as { sessionId: string }
  const send = (method: string, parameters: object = {}) => raw(method, parameters, sessionId)
  for (const domain of ['Page', 'Network', 'Runtime', 'Log']) await send(`${domain}.enable`)
  const evaluate = async (expression: string) =>
    ((await send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })) as { result: { value: unknown } }).result
      .value
  await send('Page.navigate', { url })
  for (
    let tries = 0;
    tries < 100 && (await evaluate("document.readyState === 'complete' && location.protocol === 'file:'")) !== true;
    tries++
  )
    await new Promise((done) => setTimeout(done, 50))
  const close = async () => {
    const ended = new Promise<unknown>((done) => child.once('exit', done))
    void raw('Browser.close', {})
    await ended
  }
  return { evaluate, send, events, close }
}

const browserName = findBrowser()

describe.skipIf(browserName === undefined)(
  `in a browser${browserName === undefined ? ' (skipped: there is no Chromium here)' : ''}`,
  () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await openBrowser(browserName as string, pathToFileURL(out).href)
    })
    afterAll(() => browser.close())
    const visible = () =>
      browser.evaluate("[...document.querySelectorAll('#databases tbody tr:not([hidden])')].map((row) => row.dataset.id).join(' ')")
    const set = (id: string, value: string) =>
      browser.evaluate(
        `{ const c = document.getElementById('${id}'); c.value = '${value}'; c.dispatchEvent(new Event('input', { bubbles: true })) }`,
      )

    test('runs without errors and requests nothing but itself', async () => {
      expect(await browser.evaluate("document.getElementById('tools').hidden")).toBe(false)
      const asked = browser.events.filter(({ method }) => method === 'Network.requestWillBeSent').map(({ params }) => params.request?.url)
      expect(asked).toEqual([pathToFileURL(out).href])
      expect(browser.events.filter(({ method }) => ['Runtime.exceptionThrown', 'Log.entryAdded'].includes(method))).toEqual([])
    })
    test('filters by words, environment and state, and shows how many are left', async () => {
      await set('filter', 'team-a')
      expect(await visible()).toBe('orders/dev orders/prd')
      await set('environment', 'prd')
      expect(await visible()).toBe('orders/prd')
      expect(await browser.evaluate("document.getElementById('shown').textContent")).toBe('1 of 8 databases')
      await set('filter', '')
      await set('environment', '')
      await set('only', 'life')
      expect(await visible()).toBe('orders/dev orders/prd')
      await set('only', 'errors')
      expect(await visible()).toBe('broken/dev broken/prd hostile/dev hostile/prd')
      await set('only', '')
    })
    test('sorts by a click on a heading, numbers as numbers, and announces it to screen readers', async () => {
      const click = (label: string) =>
        browser.evaluate(`[...document.querySelectorAll('#databases thead button')].find((b) => b.textContent === '${label}').click()`)
      await click('Storage')
      await click('Storage')
      expect(
        String(await visible())
          .split(' ')
          .slice(0, 3),
      ).toEqual(['billing/prd', 'billing/dev', 'hostile/prd'])
      expect(await browser.evaluate("document.querySelector('#databases [aria-sort=descending]').textContent")).toBe('Storage')
      await click('Database')
      expect(String(await visible()).split(' ')[0]).toBe('billing/dev')
    })
    test('counts the age of versions to the given day', async () => {
      expect(await browser.evaluate('document.querySelector(\'[id="db-orders/prd"] [data-age]\').textContent')).toBe('(ended)')
      expect(await browser.evaluate('document.querySelector(\'[id="db-billing/prd"] [data-age]\').textContent')).toBe('(3 years left)')
    })
    test('fits a phone without scrolling sideways, and keeps the roles of its tables', async () => {
      await browser.send('Emulation.setDeviceMetricsOverride', { width: 360, height: 800, deviceScaleFactor: 1, mobile: true })
      expect(await browser.evaluate('document.documentElement.scrollWidth')).toBe(360)
      expect(await browser.evaluate("[...document.querySelectorAll('tr,td,table')].every((e) => e.hasAttribute('role'))")).toBe(true)
      expect(await browser.evaluate("[...document.querySelectorAll('input,select')].every((e) => e.labels.length === 1)")).toBe(true)
      await browser.send('Emulation.clearDeviceMetricsOverride')
    })
    test.each([800, 1170, 1190, 1200, 1400])('shows every column without scrolling sideways at %i pixels', async (width) => {
      await browser.send('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile: false })
      expect(await browser.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0)
      const wide = "[...document.querySelectorAll('.scroll,td,th')].filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.textContent)"
      expect(await browser.evaluate(wide)).toEqual([])
      const tops = "new Set([...document.querySelectorAll('.tiles li')].map((e) => e.offsetTop)).size"
      expect(await browser.evaluate(tops)).toBe(width < 1184 ? 2 : 1)
      await browser.send('Emulation.clearDeviceMetricsOverride')
    })
    test.each(['light', 'dark'])('has enough contrast in %s', async (scheme) => {
      await browser.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] })
      const worst = await browser.evaluate(`(() => {
      const light = (text) => { const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4 }); return 0.2126 * r + 0.7152 * g + 0.0722 * b }
      const ground = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (c !== 'rgba(0, 0, 0, 0)') return c } return 'rgb(255, 255, 255)' }
      return Math.min(...[...document.querySelectorAll('body *')].filter((e) => e.children.length === 0 && e.textContent.trim() && e.checkVisibility() && e.localName !== 'option').map((e) => { const [a, b] = [light(getComputedStyle(e).color), light(ground(e))]; return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) }))
    })()`)
      expect(worst).toBeGreaterThanOrEqual(4.5)
    })
  },
)
