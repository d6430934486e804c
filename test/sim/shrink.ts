// Fewer actions that show the same fault: halves, quarters, … are left out as long as the rule that fails is the same.
import { type Plan, planOf } from './plan.ts'
import { simulate } from './simulate.ts'

/** A plan of this seed without what the fault does not need. */
export async function shrink(seed: number, say: (text: string) => void): Promise<Plan> {
  let plan = planOf(seed)
  const first = await simulate(plan)
  const rule = first.fault?.rule
  if (rule === undefined) return plan
  plan = { ...plan, actions: plan.actions.slice(0, first.actions) }
  for (
    let size = Math.ceil(plan.actions.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let start = 0; start < plan.actions.length; ) {
      const actions = [...plan.actions.slice(0, start), ...plan.actions.slice(start + size)]
      const { fault } = await simulate({ ...plan, actions })
      if (fault?.rule === rule) plan = { ...plan, actions }
      else start += size
    }
  }
  say(`${plan.actions.length} actions are enough: ${plan.actions.map(({ kind }) => kind).join(' ')}`)
  return plan
}
