// Plays a transcript: a line that begins with `> ` is what the server (or the machine) does, what follows it, indented, is
// what the proxy says. Resources are written as in content.ts, requests as in conversation.ts.
//
//   > start sotw [plain]              the process starts; `plain`: no least number of clusters
//   > boot sotw cds:a=1 eds:a=1       the same, and everything that is asked is answered with these; nothing is shown
//   > send cds c1 a=1 b=1 -c          a response at version c1; `-c` is removed (delta)
//   > drop · down · up                the stream ends; the server is away; it is back
//   > wait 1500                       milliseconds
//   > restart                         the process, killed
//   > holds                           shows what the proxy holds
import { names } from '../../../src/base/index.ts'
import { type ResourceTypeKey, resourceTypeOf, resourceTypes } from '../../../src/envoy-api/index.ts'
import type { Request, VariantName } from '../../../src/xds/machine.ts'
import { resourceOf, type Scripted } from './content.ts'
import { type Conversation, createConversation } from './conversation.ts'
import type { Heard, Held, Release, Stage, StageOptions } from './stage.ts'

/** The transcript with what really happens below each move. Throws at a move that it does not know. */
export async function play(
  text: string,
  open: (options: StageOptions) => Promise<Stage>,
  release: Release = { nodeInEveryDelta: false },
): Promise<string> {
  let stage: Stage | undefined
  let talk: Conversation | undefined
  let variant: VariantName = 'sotw'
  const out: string[] = []
  const blocks = blocksOf(text)

  const at = (): { readonly stage: Stage; readonly talk: Conversation } => {
    if (stage === undefined || talk === undefined) throw new Error('nothing was started')
    return { stage, talk }
  }
  const linesOf = (heard: readonly Heard[]): string[] =>
    heard.flatMap((one) => {
      if (one.kind === 'request') return [`  ${at().talk.says(one.request)}`]
      at().talk.opened()
      return []
    })

  async function move(line: string, expected: readonly string[]): Promise<readonly string[]> {
    const [what = '', ...rest] = line.split(' ')
    switch (what) {
      case 'start':
      case 'boot': {
        variant = rest[0] === 'sotw' ? 'sotw' : 'delta'
        stage = await open({ variant, plain: rest[1] === 'plain', drainMs: 2_000 })
        talk = createConversation(variant, release)
        await stage.start()
        if (what === 'start') break
        await boot(stage, talk, variant, rest.slice(rest[1] === 'plain' ? 2 : 1))
        return []
      }
      case 'restart':
        await at().stage.start()
        break
      case 'send': {
        const [type = '', version = '', ...tokens] = rest
        const key = keyOf(type)
        const removed = tokens.filter((token) => token.startsWith('-')).map((token) => token.slice(1))
        const put = tokens.filter((token) => !token.startsWith('-')).map((token) => resourceOf(key, token))
        at().stage.send(at().talk.response(key, version, put, removed))
        break
      }
      case 'drop':
        at().stage.drop()
        break
      case 'down':
        at().stage.down()
        break
      case 'up':
        await at().stage.up()
        break
      case 'wait':
        await at().stage.wait(Number(rest[0]))
        break
      case 'holds': {
        const wanted = expected.join('\n')
        return describeHeld(await at().stage.held((held) => describeHeld(held).join('\n') === wanted))
      }
      default:
        throw new Error(`what is "${line}"?`)
    }
    return linesOf(await at().stage.listen(expected.length))
  }

  try {
    for (const block of blocks) {
      out.push(block.line)
      if (block.line.startsWith('> ')) out.push(...(await move(block.line.slice(2), block.expected)))
    }
  } finally {
    await stage?.close()
  }
  return out.join('\n')
}

/** Moves with what is expected below them; other lines stay where they are. */
function blocksOf(text: string): readonly { readonly line: string; readonly expected: string[] }[] {
  const blocks: { line: string; expected: string[] }[] = []
  let move: { line: string; expected: string[] } | undefined
  for (const line of text.split('\n')) {
    if (line.startsWith('  ')) move?.expected.push(line)
    else {
      const block = { line, expected: [] }
      blocks.push(block)
      if (line.startsWith('> ')) move = block
    }
  }
  return blocks
}

function keyOf(word: string): ResourceTypeKey {
  const found = Object.values(resourceTypes).find(({ key }) => key === word)
  if (found === undefined) throw new Error(`no resource type "${word}"`)
  return found.key
}

/** Answers what is asked until all of it is ACKed and nothing more is asked. */
async function boot(
  stage: Stage,
  talk: Conversation,
  variant: VariantName,
  tokens: readonly string[],
): Promise<void> {
  const state = [
    ...['eds:verdigris-local=none', `rtds:${names.flagsLayer}=none`, `rtds:${names.temporaryLayer}=none`],
    ...tokens,
  ].map((token) => {
    const [type = '', ...rest] = token.split(':')
    return resourceOf(keyOf(type), rest.join(':'))
  })
  let sent = 0
  const wanted = new Map<string, Set<string>>()
  const answered = new Set<string>()
  let listeners = false

  const answer = (request: Request): void => {
    const type = resourceTypeOf(request.typeUrl)
    if (type === undefined) return
    if (request.nonce !== '') answered.add(`${type.key} ${request.nonce}`)
    const all = wanted.get(type.key) ?? new Set<string>()
    const fresh = [...request.names, ...request.subscribe].filter((name) => !all.has(name))
    if (wanted.has(type.key) && fresh.length === 0) return
    if (type.key === 'lds') listeners = true
    for (const name of fresh) all.add(name)
    wanted.set(type.key, all)
    const asked = variant === 'sotw' ? all : new Set(fresh)
    const put: readonly Scripted[] = state.filter(
      ({ key, name }) => key === type.key && (type.wildcard || asked.has(name)),
    )
    sent += 1
    stage.send(talk.response(type.key, `${type.key}0`, put, []))
  }
  for (let round = 0; round < 50; round += 1) {
    const done = listeners && answered.size === sent
    const heard = await stage.listen(done ? 0 : 1)
    for (const one of heard) {
      if (one.kind === 'opened') talk.opened()
      else {
        talk.says(one.request)
        answer(one.request)
      }
    }
    if (heard.length === 0 && done) return
  }
  throw new Error('the proxy did not start')
}

function describeHeld(held: Held): string[] {
  const line = (word: string, map: ReadonlyMap<string, string>): string[] =>
    map.size === 0
      ? []
      : [
          `  ${word}: ${[...map]
            .map(([name, content]) => `${name}=${content}`)
            .sort()
            .join(' ')}`,
        ]
  const lines = [
    ...line('clusters', held.clusters),
    ...line('warming clusters', held.warmingClusters),
    ...line('endpoints', held.endpoints),
    ...line('listeners', held.listeners),
    ...line('warming listeners', held.warmingListeners),
    ...line('routes', held.routes),
    ...line('secrets', held.secrets),
    ...line('runtime', held.runtime),
  ]
  return lines.length === 0 ? ['  nothing'] : lines
}
