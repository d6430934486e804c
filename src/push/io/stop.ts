// The stop: no more changes, no more decisions. What is decided gets a bounded time to arrive; everything else stays at its
// durable step, and goes on at the next start.
import { limits } from '../../base/index.ts'
import { isSwitching } from '../push-state.ts'
import type { Engine } from './engine.ts'
import { writeInventory } from './inventory.ts'
import { closeGenerations } from './tick.ts'

/** Stops within `graceMs`, most of which pushes may use that are switching or going back. */
export async function stop(engine: Engine, graceMs: number): Promise<void> {
  const { clock, log, pushes } = engine
  const end = clock.mono() + graceMs
  const wasReady = engine.phase === 'ready'
  engine.phase = 'stopping'
  if (wasReady) await arrive(engine, clock.mono() + graceMs * arrivalShare)
  engine.phase = 'stopped'
  engine.stopTicking()
  if (wasReady && engine.store.condition().kind === 'writable') {
    // What everybody holds is written down now: the next start then believes what proxies say they have.
    closeGenerations(engine, 0)
    writeInventory(engine)
  }
  await within(engine, end, engine.serial.idle())
  const handedOver = [...pushes.values()].map(({ id, step }) => ({ push: id, step: step.kind }))
  if (handedOver.length > 0)
    log.info({ event: 'pushes_handed_over', pushes: handedOver.slice(0, limits.nodesNamed) })
}

/** Part of the grace for pushes that are decided; the rest is for what is being written. */
const arrivalShare = 0.7

/** Resolves when no push is in the middle of a switch, or the time is over. */
async function arrive(engine: Engine, deadline: number): Promise<void> {
  const isOver = (): boolean =>
    ![...engine.pushes.values()].some(isSwitching) || engine.clock.mono() >= deadline
  if (isOver()) return
  await new Promise<void>((resolve) => {
    const cancel = engine.clock.every(limits.stopLookMs, () => {
      if (!isOver()) return
      cancel()
      resolve()
    })
  })
}

async function within(engine: Engine, end: number, work: Promise<void>): Promise<void> {
  let cancel = (): void => undefined
  const over = new Promise<void>((resolve) => {
    cancel = engine.clock.every(Math.max(1, end - engine.clock.mono()), () => resolve())
  })
  await Promise.race([work, over])
  cancel()
}
