// The live view as lines of text, at most 79 columns wide: what clears the rest of a line eats an 80th. Pure.
import type pc from 'picocolors'
import type { Claim } from '../figures.ts'
import type { DemoState, ProxyState } from '../state.ts'

type Colors = ReturnType<typeof pc.createColors>
const barWidth = 24

/**
 * The lines of the view. `colors` is off where the terminal has none; bars then differ by their glyphs. `rows`: how many
 * lines there may be; the oldest claims make room.
 */
export function renderFrame(state: DemoState, colors: Colors, rows = Number.POSITIVE_INFINITY): string[] {
  const clock = `${Math.floor(state.elapsedMs / 60_000)}:${String(Math.floor(state.elapsedMs / 1_000) % 60).padStart(2, '0')}`
  const place =
    state.scene === undefined ? clock : `scene ${state.scene.number} of ${state.scenes} · ${clock}`
  const title = 'Verdigris · blue-green on real Envoys'
  const fixed = [
    `${colors.bold(title)}${place.padStart(79 - title.length)}`,
    colors.dim('─'.repeat(79)),
    ...sceneLines(state, colors),
    '',
    colors.dim(head(state)),
    ...state.proxies.map((proxy) => proxyLine(proxy, state.environments, colors)),
    '',
    `control plane  ${controlPlane(state, colors)}`,
    `last push      ${cut(state.lastPush ?? 'none yet', 64)}`,
    '',
  ]
  const claims = state.figures === undefined ? state.claims.flatMap((claim) => claimLines(claim, colors)) : []
  const room = Math.max(0, rows - fixed.length)
  return [...fixed, ...(claims.length > room ? claims.slice(claims.length - room) : claims)]
}

function sceneLines(state: DemoState, colors: Colors): string[] {
  if (state.scene === undefined)
    return [state.figures === undefined ? 'getting ready …' : 'the story is over; Ctrl-C ends it']
  return [
    `${colors.cyan('▶')} ${colors.bold(state.scene.title)}`,
    colors.dim(cut(`  ${state.scene.command}`, 79)),
  ]
}

function head(state: DemoState): string {
  const [first = '', ...rest] = state.environments
  const bar = `${first.slice(0, 14)}${rest
    .join(' ')
    .slice(0, 14)
    .padStart(barWidth + 12 - Math.min(14, first.length))}`
  return `${'proxy'.padEnd(14)}${bar} ${'req/s'.padStart(6)}${'requests'.padStart(10)}${'failed'.padStart(7)}${'gen'.padStart(5)}`
}

function proxyLine(proxy: ProxyState, environments: readonly string[], colors: Colors): string {
  const [first = '', ...rest] = environments
  const percent = (share: number): string => `${Math.round(share * 100)} %`.padStart(5)
  const shareOfRest = rest.reduce((sum, name) => sum + (proxy.shares.get(name) ?? 0), 0)
  const failed = String(proxy.failed).padStart(7)
  return [
    `${proxy.name} ${proxy.variant}`.padEnd(14),
    `${percent(proxy.shares.get(first) ?? 0)} ${bar(proxy, environments, colors)}${percent(shareOfRest)} `,
    String(Math.round(proxy.perSecond)).padStart(7),
    grouped(proxy.requests).padStart(10),
    proxy.failed === 0 ? failed : colors.red(failed),
    String(proxy.generation ?? '–').padStart(5),
  ].join('')
}

/** One glyph and colour per environment, in their order; dots while nothing was answered. */
function bar(proxy: ProxyState, environments: readonly string[], colors: Colors): string {
  const paints = [colors.blue, colors.green, colors.yellow, colors.magenta]
  const glyphs = ['█', '▓', '▒', '░']
  let text = ''
  let used = 0
  let upTo = 0
  for (const [index, name] of environments.entries()) {
    upTo += proxy.shares.get(name) ?? 0
    const width = Math.round(upTo * barWidth) - used
    used += width
    const paint = paints[index % paints.length] ?? colors.reset
    text += paint((glyphs[index % glyphs.length] ?? '█').repeat(Math.max(0, width)))
  }
  return text + colors.dim('·'.repeat(Math.max(0, barWidth - used)))
}

function controlPlane(state: DemoState, colors: Colors): string {
  switch (state.controlPlane) {
    case 'serving':
      return colors.green('serving')
    case 'starting':
      return colors.yellow('starting')
    case 'killed':
      return colors.red('killed (SIGKILL)')
    case 'stopped':
      return 'stopped'
  }
}

/** `✔ text`, or `✖ text: what was seen`; a quote in two lines below it at most. */
export function claimLines(claim: Claim, colors: Colors): string[] {
  const line = claim.holds
    ? `${colors.green('✔')} ${cut(claim.text, 77)}`
    : `${colors.red('✖')} ${cut(`${claim.text}${claim.seen === undefined ? '' : `: ${claim.seen}`}`, 77)}`
  if (claim.quote === undefined) return [line]
  const quote = cut(claim.quote.replaceAll(/\s+/g, ' '), 2 * 73)
  const parts = [quote.slice(0, 73), quote.slice(73)].filter((part) => part !== '')
  return [line, ...parts.map((part) => colors.dim(`    ${part}`))]
}

/** `12,345`. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',')

/** At most `width` characters; what is missing is shown by an ellipsis. */
export const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, width - 1)}…`
