// Which objects are meant, as kubectl has it: KIND, KIND,KIND, KIND NAME..., KIND/NAME..., and SERVICE or service/SERVICE.
import { InvalidArgumentError } from 'commander'
import { err, nearest, ok, type Result } from '../base/index.ts'
import type { Kind } from '../model/index.ts'
import { kindList, kindNames, kindOf } from './kind-names.ts'

export interface Target {
  readonly kind: Kind
  readonly name: string
}
export type Targets =
  /** All objects of these kinds; without any, of all kinds. */
  | { readonly of: 'kinds'; readonly kinds: readonly Kind[] }
  | { readonly of: 'objects'; readonly objects: readonly Target[] }

/** What these words mean; an error says what was wanted. */
export function readTargets(words: readonly string[]): Result<Targets, string> {
  const [first, ...names] = words
  if (first === undefined || (first === 'all' && names.length === 0)) return ok({ of: 'kinds', kinds: [] })
  if (words.some((word) => word.includes('/'))) return readPairs(words)
  const kinds: Kind[] = []
  for (const word of first.split(',').filter((part) => part !== '')) {
    const kind = kindOf(word)
    if (kind === undefined) return err(noKind(word))
    kinds.push(kind)
  }
  if (kinds.length === 0) return err(noKind(first))
  if (names.length === 0) return ok({ of: 'kinds', kinds })
  return ok({ of: 'objects', objects: kinds.flatMap((kind) => names.map((name) => ({ kind, name }))) })
}

function readPairs(words: readonly string[]): Result<Targets, string> {
  const objects: Target[] = []
  for (const word of words) {
    const [kindText = '', name = '', ...more] = word.split('/')
    if (name === '' || more.length > 0)
      return err(`wanted KIND/NAME, such as service/checkout, found '${word}'`)
    const kind = kindOf(kindText)
    if (kind === undefined) return err(noKind(kindText))
    objects.push({ kind, name })
  }
  return ok({ of: 'objects', objects })
}

/** What other things are listed with. */
const listedWith: Readonly<Record<string, string>> = {
  push: 'push list',
  pushes: 'push list',
  proxy: 'proxies',
  proxies: 'proxies',
  node: 'proxies',
  nodes: 'proxies',
  endpoint: 'endpoints list',
  endpoints: 'endpoints list',
  event: 'events',
  events: 'events',
  context: 'config get-contexts',
  contexts: 'config get-contexts',
  revisions: 'history SERVICE',
}

/** `no kind 'servics'; did you mean services?`, or which there are. */
function noKind(word: string): string {
  const other = Object.hasOwn(listedWith, word.toLowerCase()) ? listedWith[word.toLowerCase()] : undefined
  if (other !== undefined) return `no kind '${word}'; try: verdigris ${other}`
  const near = nearest(
    word,
    Object.entries(kindNames).flatMap(([kind, names]) => [kind, ...names]),
  )
  return near === undefined
    ? `no kind '${word}'; there are ${kindList()}`
    : `no kind '${word}'; did you mean ${near.toLowerCase()}?`
}

/** An argument that names a service: `checkout`, or `service/checkout` and `traffic/checkout` as -o name prints them. */
export function serviceArgument(text: string): string {
  if (!text.includes('/')) return text
  const read = readTargets([text])
  if (!read.ok) throw new InvalidArgumentError(`${capital(read.error)}.`)
  const [target] = read.value.of === 'objects' ? read.value.objects : []
  if (target?.kind === 'Service' || target?.kind === 'Traffic') return target.name
  throw new InvalidArgumentError('Wanted a service, such as checkout or service/checkout.')
}

/** An argument of one other sort, with or without it before a slash: `7` and `push/7`. */
export const bareArgument =
  (...sorts: readonly string[]) =>
  (text: string): string => {
    const slash = text.indexOf('/')
    return slash > 0 && sorts.includes(text.slice(0, slash)) ? text.slice(slash + 1) : text
  }

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`
