// What may stand where the cursor is: subcommands, flags, choices, files, and names that a server knows.
import type { Command } from 'commander'
import { kindNames } from '../kind-names.ts'
import { conditionForms } from '../wait/conditions.ts'
import type { Names, Sort } from './live-names.ts'
import type { Spot } from './place.ts'

export interface Candidate {
  readonly word: string
  /** One line about it; zsh and fish show it. */
  readonly about?: string
}
export type Candidates =
  | { readonly kind: 'words'; readonly words: readonly Candidate[] }
  /** The shell's own: paths. */
  | { readonly kind: 'files' }

/** The candidates, before those are dropped that do not begin as what was typed. */
export async function candidatesAt({ at, command, ...spot }: Spot, names: Names): Promise<Candidates> {
  switch (at.kind) {
    case 'command':
      return words(command.commands.filter(isShown).map(aboutCommand))
    case 'flag':
      return words([
        ...command.options
          .filter(({ hidden }) => !hidden)
          .map(({ long, short, description }) => ({ word: long ?? short ?? '', about: description })),
        { word: '--help', about: 'teaches with examples' },
      ])
    case 'value': {
      const { option } = at
      if (option.argChoices !== undefined) return words(option.argChoices.map((word) => ({ word })))
      const value = /<([^>]+)>/.exec(option.flags)?.[1] ?? ''
      if (fileValues.has(value) || option.attributeName() === 'filename') return { kind: 'files' }
      if (option.attributeName() === 'for') return words(conditionWords(spot.given[0]))
      const sort = sortOfOption[option.attributeName()]
      return sort === undefined ? words([]) : words(await live(names, sort))
    }
    case 'argument': {
      if (at.argument?.argChoices !== undefined)
        return words(at.argument.argChoices.map((word) => ({ word })))
      return argumentWords(spot, at.index, at.argument?.name() ?? '', names)
    }
  }
}

const fileValues = new Set(['file', 'dir', 'newdir', 'path'])

/** Names that options want. */
const sortOfOption: Readonly<Record<string, Sort>> = {
  context: 'contexts',
  namespace: 'namespaces',
  group: 'groups',
}

async function argumentWords(
  { path, given }: Pick<Spot, 'path' | 'given'>,
  index: number,
  argument: string,
  names: Names,
): Promise<Candidates> {
  const [first = ''] = given
  if (fileValues.has(argument) || argument === 'newdir') return { kind: 'files' }
  // KIND [NAME...], or KIND/NAME.
  if (argument === 'kind') return words([...kinds(), ...(await live(names, 'objects'))])
  if (argument === 'name' && index > 0 && path !== 'fence') {
    const all = first.includes('/') ? await live(names, 'objects') : await live(names, 'objects', first)
    return words(all)
  }
  if (argument === 'target')
    return words([
      ...['proxies', 'server'].map((word) => ({ word })),
      ...(await live(names, 'objects')),
      ...(await live(names, 'pushes')).map(({ word }) => ({ word: `push/${word}` })),
      ...(await live(names, 'nodes')).map(({ word }) => ({ word: `proxy/${word}` })),
    ])
  if (argument === 'state') return words([{ word: 'on' }, { word: 'off' }])
  if (argument.startsWith('environment'))
    return words(
      (await live(names, 'environments', bare(first))).map(({ word }) =>
        argument.includes('=') ? { word: `${word}=` } : { word },
      ),
    )
  if (argument === 'cohort' || argument === 'mirror')
    return words(
      first === 'list'
        ? await live(names, 'services')
        : await live(names, argument === 'cohort' ? 'cohorts' : 'mirrors', bare(first)),
    )
  if (argument === 'service' || (path === 'fence' && index === 1)) {
    const verbs =
      path === 'cohort' || path === 'mirror' ? ['list'] : path === 'fence' ? ['list', 'remove'] : []
    const more = index === 0 ? verbs.map((word) => ({ word })) : []
    return words([...more, ...(await live(names, 'services'))])
  }
  if (argument === 'node') return words(await live(names, 'nodes'))
  if (argument === 'id' && path.startsWith('push')) return words(await live(names, 'pushes'))
  if (argument === 'group') return words(await live(names, 'groups'))
  if (argument === 'context') return words(await live(names, 'contexts'))
  return words([])
}

const bare = (service: string): string => service.slice(service.indexOf('/') + 1)
const live = async (names: Names, sort: Sort, of?: string): Promise<readonly Candidate[]> =>
  (await names(sort, of)).map((word) => ({ word }))
const kinds = (): readonly Candidate[] =>
  Object.entries(kindNames).map(([kind, [plural]]) => ({ word: plural, about: kind }))

/** The forms of --for that fit the target, with their variable parts left to type. */
const conditionWords = (target = ''): readonly Candidate[] =>
  conditionForms
    .filter(([what]) => {
      const [sort = ''] = what.split('/')
      const [asked = ''] = target.split('/')
      return sort === asked || (sort === 'KIND' && !['push', 'proxies', 'proxy', 'server'].includes(asked))
    })
    .flatMap(([, forms]) => forms.split(', '))
    .map((form) => ({ word: form.replace(/=(N|ENVIRONMENT|blue).*$/, '=').replace(/ .*$/, '') }))

const words = (all: readonly Candidate[]): Candidates => ({ kind: 'words', words: all })
const isShown = (command: Command): boolean => !command.name().startsWith('_')
const aboutCommand = (command: Command): Candidate => ({
  word: command.name(),
  about: command.summary() === '' ? command.description() : command.summary(),
})
