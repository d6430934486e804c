// Scripts by chance: clusters, endpoints, secrets, listeners and routes come, change, go and are refused, and streams end, in
// any order. What a real Envoy does in no fixed order is left out: more than one resource of a named type beside a refused one.
import type { VariantName } from '../../../src/xds/machine.ts'

/** A script of a start and `moves` moves, without what happens. */
export function randomScript(random: () => number, moves: number): string {
  const pick = <T>(items: readonly [T, ...T[]]): T => items[Math.floor(random() * items.length)] ?? items[0]
  const some = (names: readonly string[], share: number): string[] => names.filter(() => random() < share)
  const content = (): string => pick(['1', '2', '3'])
  const bad = (): string => pick(['constraint', 'semantic'])
  const variant: VariantName = pick(['sotw', 'delta'])
  /** Delta says what goes; SotW by absence. */
  const gone = (all: readonly string[], put: readonly string[]): string[] =>
    variant === 'delta'
      ? some(
          all.filter((name) => !put.includes(name)),
          0.5,
        ).map((name) => `-${name}`)
      : []

  const clusters = ['b', 'c', 'd']
  const listeners = ['l', 'm']
  const makers: Record<'cds' | 'eds' | 'lds' | 'rds' | 'sds', () => readonly string[]> = {
    cds: () => {
      const put = some(clusters, 0.6)
      const broken = random() < 0.25 ? put[0] : undefined
      const made = put.map((name) => {
        if (name === broken) return `${name}=${bad()}`
        return `${name}=${content()}${pick(['', '', '', '', '', ':secret=s', ':static'])}`
      })
      return ['a=1', ...made, ...gone(clusters, put)]
    },
    eds: () =>
      random() < 0.12
        ? [`${pick(['a', 'b', 'c'])}=${bad()}`]
        : some(['a', ...clusters], 0.7).map((name) => `${name}=${random() < 0.1 ? 'none' : content()}`),
    lds: () => {
      const put = some(listeners, 0.7)
      const made = put.map((name) => {
        if (random() < 0.2) return `${name}=${pick(['constraint', 'semantic', 'nested'])}`
        return `${name}=${content()}${pick(['', '>r', '>r', '>q', '>q'])}`
      })
      return [...made, ...gone(listeners, put)]
    },
    rds: () =>
      random() < 0.25
        ? [`${pick(['r', 'q'])}=${bad()}>a`]
        : some(['r', 'q'], 0.7).map((name) => `${name}=${content()}>a,b`),
    sds: () => [`s=${random() < 0.3 ? bad() : content()}`],
  }

  const lines = [`> boot ${variant} cds:a=1 cds:b=1 eds:a=1 eds:b=1 lds:l=1>r rds:r=1>a sds:s=1`]
  for (let move = 1; move <= moves; move += 1) {
    if (random() < 0.1) lines.push('> drop')
    else {
      const type = pick<keyof typeof makers>(['cds', 'cds', 'cds', 'eds', 'eds', 'eds', 'lds', 'rds', 'sds'])
      lines.push(['> send', type, `v${move}`, ...makers[type]()].join(' '))
    }
    if (random() < 0.5) lines.push('> holds')
  }
  return [...lines, '> holds', '> drop', ''].join('\n')
}
