// Plays the story: finds Envoy, builds the stage, plays scene after scene, shows the figures, and cleans up whatever happened.
import { findEnvoy, progressPrinter } from '../envoy-binary/index.ts'
import { type Claim, type Figures, figuresOf } from './figures.ts'
import { openScope, type Scope } from './rig/index.ts'
import { scenes } from './scenes/index.ts'
import { claim } from './scenes/scene.ts'
import { buildStage, pause, type Stage } from './stage.ts'
import type { DemoState } from './state.ts'
import { type Output, openScreen, type Screen } from './view/screen.ts'
import { renderSummary, renderVerdict } from './view/summary.ts'
import { watchControlPlane, watchLoad } from './watch.ts'

export interface DemoOptions {
  /** End when the story is over, also on a terminal. */
  readonly once?: boolean
  /** Print the figures as JSON on stdout; everything else goes to stderr. */
  readonly json?: boolean
  readonly stdout?: Output
  readonly stderr?: Output
}

/** Exit statuses. */
const held = 0
const broken = 1
/** As a shell reports a program that SIGINT ended. */
const interrupted = 130

/** Runs the demo. The exit status: 0 only when every claim holds. Leaves no process and no file behind. */
export async function runDemo(options: DemoOptions = {}): Promise<number> {
  const { once = false, json = false, stdout = process.stdout, stderr = process.stderr } = options
  const out = json ? stderr : stdout
  const stays = !once && !json && out.isTTY === true
  const ending = new AbortController()
  const release = onSignals(() => ending.abort(new Interrupted()))
  const screen = openScreen(out, out.isTTY === true)
  let scope: Scope | undefined
  try {
    const found = await findEnvoy({ install: true, progress: progressPrinter(out) })
    if (!found.ok) {
      screen.say(found.error.message)
      return broken
    }
    const envoy = found.value
    screen.say(`Envoy ${envoy.version} (${envoy.path})`)
    if (envoy.warning !== undefined) screen.say(`warning: ${envoy.warning}`)
    ending.signal.throwIfAborted()
    scope = await openScope('demo')
    const paceMs = out.isTTY === true && !json ? 4_000 : 1_000
    const stage = await buildStage({ scope, envoy, signal: ending.signal, paceMs, say: screen.say })
    const state = firstState(stage)
    const stopDrawing = keepDrawing(stage, state, screen)
    try {
      await playStory(stage, state, screen, ending.signal)
      const figures = await measure(stage, state)
      state.scene = undefined
      stopDrawing.freeze()
      state.figures = figures
      for (const line of ['', ...renderSummary(figures, stage.proxies.length, screen.colors), ''])
        screen.say(line)
      screen.say(renderVerdict(figures.claims, screen.colors))
      if (json) stdout.write(`${JSON.stringify({ envoy: envoy.version, ...figures }, rounded, 2)}\n`)
      const status = figures.claims.every((one) => one.holds) ? held : broken
      if (stays) await stayUp(stage, screen, stopDrawing, ending.signal)
      return status
    } finally {
      stopDrawing.stop()
    }
  } catch (cause) {
    if (ending.signal.aborted) {
      screen.say('interrupted')
      return interrupted
    }
    screen.say(`the demo failed: ${cause instanceof Error ? cause.message : String(cause)}`)
    return broken
  } finally {
    screen.close()
    await scope?.close()
    release()
  }
}

/** For JSON.stringify: milliseconds to the microsecond. */
const rounded = (_key: string, value: unknown): unknown =>
  typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value

class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** The first signal ends in order; a second one ends at once (the guard then cleans up). */
function onSignals(stop: () => void): () => void {
  let asked = false
  const handle = (): void => {
    if (asked) process.exit(interrupted)
    asked = true
    stop()
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, handle)
  return () => {
    for (const signal of signals) process.off(signal, handle)
  }
}

function firstState(stage: Stage): DemoState {
  return {
    environments: stage.world.environments.map(({ name }) => name),
    proxies: stage.proxies.map(({ name, variant, port }) => ({
      ...{ name, variant, port, shares: new Map(), perSecond: 0, requests: 0, failed: 0 },
      generation: undefined,
    })),
    scenes: scenes.length,
    scene: undefined,
    controlPlane: 'serving',
    lastPush: undefined,
    claims: [],
    figures: undefined,
    elapsedMs: 0,
  }
}

/** Plays every scene; the first whose claim does not hold is not the last: people want to see the rest too. */
async function playStory(stage: Stage, state: DemoState, screen: Screen, signal: AbortSignal): Promise<void> {
  const note = (one: Claim): void => {
    state.claims.push(one)
    screen.claim(one)
  }
  for (const [index, scene] of scenes.entries()) {
    signal.throwIfAborted()
    state.scene = { number: index + 1, title: scene.title, command: scene.command(stage) }
    screen.scene(state)
    try {
      for (const one of await scene.play(stage, state)) note(one)
    } catch (cause) {
      signal.throwIfAborted()
      note(
        claim(
          `the scene "${scene.title}" ends`,
          false,
          cause instanceof Error ? cause.message : String(cause),
        ),
      )
      // Without a fleet there is no story.
      if (index === 0) throw cause
    }
    if (index === 0) watchLoad(stage, state)
  }
}

/** The totals of clients and proxies, and the claims over the whole story. */
async function measure(stage: Stage, state: DemoState): Promise<Figures> {
  const report = await stage.load().sample()
  const answered5xx = await Promise.all(
    stage.proxies.map(async ({ envoy }) => {
      const stats = await envoy.stats('^http\\.default.*\\.downstream_rq_5xx$')
      return [...stats.values()].reduce((sum, count) => sum + count, 0)
    }),
  )
  const envoy5xx = answered5xx.reduce((sum, count) => sum + count, 0)
  const figures = figuresOf(report, envoy5xx, stage.moves, state.claims)
  const failed = Object.values(figures.failures).reduce((sum, count) => sum + count, 0)
  state.claims.push(
    claim(
      'no request failed in the whole story, by the clients and by Envoy',
      failed === 0 && envoy5xx === 0,
      `${failed} failed, ${envoy5xx} answered 5xx`,
    ),
  )
  return { ...figures, claims: [...state.claims] }
}

interface Drawing {
  /** Stops the live view where it is, so that lines can follow. */
  freeze(): void
  resume(): void
  stop(): void
}

/** Draws five times a second, and looks at the control plane twice. */
function keepDrawing(stage: Stage, state: DemoState, screen: Screen): Drawing {
  const began = performance.now()
  let frozen = false
  const drawing = setInterval(() => {
    state.elapsedMs = performance.now() - began
    if (!frozen) screen.draw(state)
  }, 200)
  const watching = setInterval(() => void watchControlPlane(stage, state), 500)
  return {
    freeze() {
      screen.settle(state)
      frozen = true
    },
    resume() {
      frozen = false
    },
    stop() {
      clearInterval(drawing)
      clearInterval(watching)
    },
  }
}

/** Until Ctrl-C: the load goes on, and whatever people try shows in the live view. */
async function stayUp(stage: Stage, screen: Screen, drawing: Drawing, signal: AbortSignal): Promise<void> {
  const { world, controlPlane, proxies } = stage
  const { ports } = controlPlane
  const server = ports.admin === 18_001 ? '' : ` --server 127.0.0.1:${ports.admin}`
  const second = world.environments[1]?.name ?? ''
  for (const line of [
    '',
    'It stays up until Ctrl-C. To try, in another terminal:',
    `  npx verdigris switch ${world.service} ${second}${server} --wait`,
    `  npx verdigris rollback ${world.service}${server} --wait`,
    `  npx verdigris history ${world.service}${server}`,
    `  npx verdigris proxies${server}`,
    `  curl -H 'host: ${world.host}' http://127.0.0.1:${proxies[0]?.port ?? 0}/`,
    `  metrics: http://127.0.0.1:${ports.http}/metrics`,
    `  Envoy admin: ${proxies.map(({ envoy }) => envoy.admin).join(' ')}`,
    '',
  ]) {
    screen.say(line)
  }
  drawing.resume()
  await pause(2_147_483_647, signal).catch(() => undefined)
}
