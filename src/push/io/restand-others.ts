// After a commit other pushes may stand on other ground: their barriers are made anew where their groups moved.
import type { GroupPlan } from '../group-plan.ts'
import { isUndecided } from '../push-state.ts'
import { restand } from './drive.ts'
import type { Engine } from './engine.ts'

/** Makes the barriers anew of undecided pushes that share a group with these plans, but one. */
export function restandOthers(engine: Engine, plans: readonly GroupPlan[], but: string | undefined): void {
  for (const push of [...engine.pushes.values()]) {
    if (push.id === but || !isUndecided(push) || push.step.kind === 'aborting') continue
    if (plans.some(({ group }) => push.groups.has(group))) restand(engine, push.id)
  }
}
