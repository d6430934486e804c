import { it } from 'vitest'
import { createRig, environment, gateway, group, route, service } from './support/rig.ts'

it('bench', async () => {
  for (const n of [1, 1000]) {
    const rig = await createRig({ nodes: ['edge-1'] })
    let text = group() + gateway()
    for (let i = 0; i < n; i++)
      text += service(`s${i}`, [environment('blue'), environment('green', 'v2', [9201])]) + route(`s${i}`)
    let t = performance.now()
    await rig.apply(text)
    console.log(n, 'apply', performance.now() - t)
    await rig.talk()
    const times: number[] = []
    for (let i = 0; i < 60; i++) {
      t = performance.now()
      await rig.switchTo(i % 2 === 0 ? 'green' : 'blue', `s${(i >> 1) % Math.min(n, 5)}`)
      times.push(performance.now() - t)
      await rig.talk()
    }
    times.sort((a, b) => a - b)
    console.log(n, 'switch p50', times[30], 'p90', times[54])
  }
}, 120000)
