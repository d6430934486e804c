// An explanation as lines: where the request comes in, which route takes it, where it goes; then what was near.
import type {
  ExplainAnswer,
  ExplainedMiss,
  ExplainedShare,
  ExplainedWay,
  Explanation,
} from '../../api/index.ts'
import type { Terminal } from '../output/terminal.ts'
import { shareText } from '../output/words.ts'

type Painted = Pick<Terminal, 'color' | 'width'>

/** The lines of all explanations, none wider than the terminal where words can be parted. */
export function explanationLines({ explanations }: ExplainAnswer, terminal: Painted): readonly string[] {
  return explanations.flatMap((each, index) => [...(index === 0 ? [] : ['']), ...linesOf(each, terminal)])
}

function linesOf(explanation: Explanation, terminal: Painted): readonly string[] {
  const { groups, listener, address, virtualHost, domain, ways, misses, notes } = explanation
  const served = groups.map(({ group, generation }) => `${group} g${generation}`).join(', ')
  return [
    ...fact('listener', `${listener} ${address} (${served})`, terminal),
    ...fact('host', virtualHost === '' ? '' : `${domain} (virtual host ${virtualHost})`, terminal),
    ...ways.flatMap((way) => wayLines(way, ways.length, terminal)),
    ...notes.flatMap((note) => fact('note', note, terminal)),
    ...(misses.length === 0
      ? []
      : [
          '',
          terminal.color.bold('Near, and not taken'),
          ...misses.flatMap((miss) => missLines(miss, terminal)),
        ]),
  ]
}

function wayLines(way: ExplainedWay, count: number, terminal: Painted): readonly string[] {
  const {
    conditions,
    chance,
    route,
    match,
    object,
    rule,
    path,
    audience,
    decidedBy,
    shares,
    mirrors,
    settings,
  } = way
  const when = [...conditions, ...(chance === undefined ? [] : [`${shareText(chance)} of the requests`])]
  const title = when.length > 0 ? `if ${when.join(' and ')}` : 'else'
  const maker = object === '' ? '' : ` (${objectWord(object)} ${rule === '' ? path : `rule ${rule}`})`
  return [
    ...(count === 1 ? [] : ['', ...wrapped(title, terminal.width).map(terminal.color.bold)]),
    ...fact('route', route === '' && match === '' ? '' : `${match}${maker}`, terminal),
    ...fact('for', audience, terminal),
    ...fact('goes to', outcomeText(way), terminal),
    ...shares.flatMap((share, at) => fact(at === 0 ? 'goes to' : '', shareLine(share, shares), terminal)),
    ...fact('chosen by', decidedBy, terminal),
    ...mirrors.flatMap(({ name, cluster, share, of }) =>
      fact(
        'copied to',
        `${clusterWord(cluster)} ${shareText(share)}${of.length === 0 ? '' : ` of ${of.map(clusterWord).join(', ')}`}${name === '' ? '' : ` (mirror ${name})`}`,
        terminal,
      ),
    ),
    ...settings.flatMap(({ name, value }) => fact(name, value, terminal)),
  ]
}

/** What is said where no backend is asked. */
function outcomeText({ outcome, status, location, detail, grpcStatus }: ExplainedWay): string {
  const grpc = grpcStatus === undefined ? '' : ` (grpc-status ${grpcStatus})`
  const why = detail === '' ? '' : `: ${detail}`
  switch (outcome) {
    case 'FORWARDED':
      return detail
    case 'REDIRECTED':
      return `the client, ${status}${grpc} to ${location}`
    case 'ANSWERED':
      return `nobody: the proxy answers ${status}${grpc}${why}`
    case 'NOT_FOUND':
      return `nobody: ${status}${grpc}${why}`
    case 'CLOSED':
      return `nobody: the connection is not taken${why}`
    case 'UNTOLD':
    case 'OUTCOME_UNSPECIFIED':
      return `not to be told${why}`
    default:
      return outcome satisfies never
  }
}

/** `checkout/green.2   90%  3 endpoints`, columns aligned. */
function shareLine(share: ExplainedShare, all: readonly ExplainedShare[]): string {
  const widest = Math.max(...all.map(({ cluster }) => clusterWord(cluster).length))
  const { endpoints } = share
  const count =
    endpoints === undefined
      ? ''
      : endpoints === 0
        ? '  no usable endpoint: 503'
        : `  ${endpoints} ${endpoints === 1 ? 'endpoint' : 'endpoints'}`
  return `${clusterWord(share.cluster).padEnd(widest)}  ${shareText(share.share).padStart(6)}${count}`
}

/** Clusters of the default namespace without it. */
const clusterWord = (cluster: string): string => cluster.replace(/^default\//, '')

/** `default/Route/shop` → `route/shop`. */
function objectWord(key: string): string {
  const [namespace = '', kind = '', name = ''] = key.split('/')
  return `${kind.toLowerCase()}/${name}${namespace === 'default' ? '' : ` -n ${namespace}`}`
}

function missLines(
  { match, object, rule, path, audience, reasons }: ExplainedMiss,
  terminal: Painted,
): readonly string[] {
  const maker = object === '' ? '' : ` (${objectWord(object)} ${rule === '' ? path : `rule ${rule}`})`
  const who = audience === '' ? '' : `${audience}: `
  return [
    ...indented(`${who}${match}${maker}`, 2, terminal.width),
    ...reasons.flatMap((reason) => indented(`wanted ${reason}`, 6, terminal.width).map(terminal.color.dim)),
  ]
}

/** `name` in a column, the value beside it, in as many lines as it needs. */
function fact(name: string, value: string, terminal: Painted): readonly string[] {
  if (value === '') return []
  const label = name === '' ? '' : `${name}:`
  return wrapped(value, Math.max(20, terminal.width - column)).map((line, index) =>
    index === 0 ? `${label.padEnd(column)}${line}` : `${' '.repeat(column)}${line}`,
  )
}
const column = 18

const indented = (text: string, by: number, width: number): readonly string[] =>
  wrapped(text, Math.max(20, width - by)).map((line) => `${' '.repeat(by)}${line}`)

/** Lines of at most this width, parted between words; spaces in a row stay. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/(?<=\S)(?= )/)) {
    if (line !== '' && line.length + word.length > width) {
      lines.push(line)
      line = word.trimStart()
    } else line += word
  }
  return [...lines, line]
}
