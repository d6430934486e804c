// The rules of the house: imports with the flow, pure brains, bounds in one file, files that fit in the head.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..', '..')
const src = join(root, 'src')

/** Rooms in the order of the data: a room imports from rooms to its left only. */
const order = [
  'base',
  'api',
  'envoy-api',
  'model',
  'events',
  'secrets',
  'access',
  'store',
  'translate',
  'validate',
  'snapshot',
  'explain',
  'channel',
  'fleet',
  'push',
  'discovery',
  'xds',
  'ops',
  'admin',
  'http-api',
  'webhooks',
  'client',
  'envoy-binary',
  'bootstrap',
  'cli',
  'demo',
]
/** Deciding and streaming know each other only through the channel. */
const strangers: readonly (readonly [string, string])[] = [
  ['xds', 'push'],
  ['xds', 'discovery'],
  ['xds', 'fleet'],
  ['push', 'xds'],
]
/** Entered past the index, for types only: the messages alone are what the published client shows of its types. */
const sideDoors = new Set(['api/api.generated.ts'])
/** Modules that touch the world: sockets, files, processes, clocks, randomness. */
const worldly =
  /^(node:(fs|net|http|http2|https|tls|child_process|worker_threads|os|dns|timers|process|perf_hooks|cluster|dgram|readline).*|@grpc\/.*|classic-level|hono.*|@hono\/.*|pino.*|prom-client)$/
/** Globals that read a clock, chance or the process. */
const worldlyGlobals =
  /\b(Date\.now\(|new Date\(\)|performance\.now\(|Math\.random\(|setTimeout\(|setInterval\(|setImmediate\(|process\.(env|argv|hrtime|exit|stdout|stderr|cwd))/
/** Rooms that are hands altogether: they start processes, render terminals, or compose. */
const hands = new Set(['ops', 'client', 'envoy-binary', 'cli', 'demo'])

const files = (function walk(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? walk(path) : name.endsWith('.ts') ? [path] : []
  })
})(src)

const roomOf = (file: string): string => {
  const [first, second] = relative(src, file).split(sep)
  return second === undefined ? '' : (first ?? '')
}
const importsOf = (text: string): string[] =>
  [
    ...text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^'"\n]*?(?:\bfrom\s*)?['"]([^'"]+)['"]/g),
    ...text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g),
    ...text.matchAll(/\n\} from ['"]([^'"]+)['"]/g),
  ].map((match) => match[1] ?? '')
const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')

/** Every import of a file that leaves its room, as [room, path inside that room]. */
function crossings(file: string): { readonly room: string; readonly inside: string }[] {
  return importsOf(readFileSync(file, 'utf8'))
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => join(dirname(file), specifier))
    .filter((target) => roomOf(target) !== roomOf(file))
    .map((target) => ({ room: roomOf(target), inside: relative(join(src, roomOf(target)), target) }))
}

describe('the house', () => {
  it('has only rooms that stand in the order', () => {
    const rooms = new Set(files.map(roomOf).filter((room) => room !== ''))
    expect([...rooms].filter((room) => !order.includes(room))).toEqual([])
  })

  it('has the order that CONTRIBUTING.md tells', () => {
    const [, told = ''] =
      /```\n(base → [\s\S]*?)\(/.exec(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')) ?? []
    expect(told.split(/[\s→]+/).filter((word) => word !== '')).toEqual(order)
  })

  it('imports with the flow, never against it', () => {
    const against: string[] = []
    for (const file of files) {
      const from = roomOf(file)
      if (from === '') continue
      for (const { room } of crossings(file)) {
        // Lazy commands reach the composition root; nobody else does.
        if (room === '') {
          if (from !== 'cli' && from !== 'demo') against.push(`${relative(root, file)} → composition root`)
        } else if (order.indexOf(room) > order.indexOf(from) && !(from === 'cli' && room === 'demo')) {
          against.push(`${relative(root, file)} → ${room}`)
        }
      }
    }
    expect(against).toEqual([])
  })

  it('keeps deciding and streaming apart', () => {
    const met = files.flatMap((file) =>
      crossings(file)
        .filter(({ room }) => strangers.some(([a, b]) => a === roomOf(file) && b === room))
        .map(({ room }) => `${relative(root, file)} → ${room}`),
    )
    expect(met).toEqual([])
  })

  it('enters every room by its index', () => {
    const windows = files.flatMap((file) =>
      crossings(file)
        .filter(
          ({ room, inside }) => room !== '' && inside !== 'index.ts' && !sideDoors.has(`${room}/${inside}`),
        )
        .map(({ room, inside }) => `${relative(root, file)} → ${room}/${inside}`),
    )
    expect(windows).toEqual([])
  })

  it('keeps sockets, clocks, files and chance inside io/', () => {
    const leaks: string[] = []
    for (const file of files) {
      const room = roomOf(file)
      if (room === '' || hands.has(room) || relative(src, file).split(sep).includes('io')) continue
      const text = readFileSync(file, 'utf8')
      for (const specifier of importsOf(text)) {
        if (worldly.test(specifier) && !new RegExp(`import type [^'"]*['"]${specifier}['"]`).test(text)) {
          leaks.push(`${relative(root, file)} imports ${specifier}`)
        }
      }
      const found = worldlyGlobals.exec(withoutComments(text))
      if (found !== null) leaks.push(`${relative(root, file)} uses ${found[0]}`)
    }
    expect(leaks).toEqual([])
  })

  it('has no file that a person cannot hold in the head', () => {
    const long = files
      .filter((file) => !file.endsWith('.generated.ts'))
      .map((file) => [relative(root, file), readFileSync(file, 'utf8').split('\n').length] as const)
      .filter(([, lines]) => lines > 400)
    expect(long).toEqual([])
  })

  it('says at the head of each file what it is for', () => {
    const silent = files
      .filter((file) => !file.endsWith('.generated.ts'))
      .filter((file) => !/^(#!.*\n)?(\/\/|\/\*)/.test(readFileSync(file, 'utf8')))
      .map((file) => relative(root, file))
    expect(silent).toEqual([])
  })

  it('keeps every bound in one file, with a reason', () => {
    const strays: string[] = []
    for (const file of files) {
      if (relative(src, file) === join('base', 'limits.ts')) continue
      const text = withoutComments(readFileSync(file, 'utf8'))
      for (const match of text.matchAll(
        /\bconst (max[A-Z]\w*|\w*(?:Limit|Capacity|MaxBytes))\s*(?::\s*number\s*)?=\s*[\d(]/g,
      )) {
        strays.push(`${relative(root, file)}: ${match[1]}`)
      }
    }
    expect(strays).toEqual([])
    const bounds = readFileSync(join(src, 'base', 'limits.ts'), 'utf8')
    const used = files.map((file) => readFileSync(file, 'utf8')).join('\n')
    const unused = [...bounds.matchAll(/^ {2}(\w+):/gm)]
      .map((match) => match[1] ?? '')
      .filter((bound) => !new RegExp(`\\b${bound}\\b`).test(used.replace(bounds, '')))
    expect(unused).toEqual([])
  })

  it('has no hole in its types and nothing left open', () => {
    const holes = files
      .filter((file) => !file.endsWith('.generated.ts'))
      .flatMap((file) =>
        readFileSync(file, 'utf8')
          .split('\n')
          .flatMap((line, index) =>
            /\bas any\b|: any(\[\])?\s*[,;)=|&>{]|@ts-ignore|@ts-expect-error|as unknown as|\b(TODO|FIXME|XXX|HACK)\b/.test(
              line,
            )
              ? [`${relative(root, file)}:${index + 1}: ${line.trim()}`]
              : [],
          ),
      )
    expect(holes).toEqual([])
  })
})
