import { appendFileSync, writeFileSync } from 'node:fs'
import { it } from 'vitest'
import { encodeJson, messageOfTypeUrl, typeUrls } from '../../../src/envoy-api/index.ts'
import { startLiveEnvoy, unbound } from './live-envoy.ts'
import { mutationsOf } from './mutations.ts'
import { nameIn, ourVerdict } from './our-verdict.ts'
import { baseWorlds } from './world.ts'

it('x', { timeout: 600_000 }, async () => {
  const out = process.env.OUT ?? '/tmp/g/out.jsonl'
  writeFileSync(out, '')
  const seen = new Set<string>()
  const t0 = Date.now()
  for (const world of baseWorlds()) {
    const mutations = mutationsOf(world.resources, seen).filter((m) => m.class !== 'form')
    if (mutations.length === 0) continue
    const live = await startLiveEnvoy(process.env.ENVOY ?? '/tmp/scout/w/envoy/_bin/envoy', world.resources)
    let n = 0
    for (const m of mutations) {
      const changed = { ...m.resource, json: m.json }
      const ours = ourVerdict(world.resources, m.resource, changed)
      if (ours.kind === 'refused' && ours.by === 'form') {
        appendFileSync(out, JSON.stringify({ id: m.id, class: m.class, ours: 'form', why: ours.why }) + '\n')
        continue
      }
      const json = m.typeUrl === typeUrls.lds ? unbound(m.json) : m.json
      const bytes = encodeJson(messageOfTypeUrl(m.typeUrl), json)
      const t = Date.now()
      const theirs = await live.judge(m.resource, nameIn(changed), bytes)
      appendFileSync(
        out,
        JSON.stringify({
          id: m.id,
          class: m.class,
          ours: ours.kind,
          by: ours.kind === 'refused' ? ours.by : '',
          why: ours.kind === 'refused' ? ours.why : '',
          theirs: theirs.kind,
          said: 'why' in theirs ? theirs.why.slice(0, 400) : '',
          ms: Date.now() - t,
        }) + '\n',
      )
      n++
    }
    await live.close()
    console.log(world.name, n, Date.now() - t0)
  }
})
