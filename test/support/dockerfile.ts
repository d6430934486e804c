// Reads a Dockerfile: stages, instructions with their flags and forms. As much of the format as ours uses; what it does not
// know is an error, so that nothing is passed over.

export type Instruction =
  | {
      readonly kind: 'copy'
      readonly from: string | undefined
      readonly sources: readonly string[]
      readonly to: string
    }
  | { readonly kind: 'run'; readonly command: string }
  | Each<'workdir' | 'user' | 'stopsignal', { readonly value: string }>
  | Each<'env' | 'label', { readonly values: Readonly<Record<string, string>> }>
  | Each<'volume' | 'expose', { readonly values: readonly string[] }>
  | Each<'entrypoint' | 'cmd', { readonly words: readonly string[] }>
  | {
      readonly kind: 'healthcheck'
      readonly flags: Readonly<Record<string, string>>
      readonly words: readonly string[]
    }
/** One shape a kind, so that a kind picks its own. */
type Each<Kind extends string, Parts> = Kind extends string ? { readonly kind: Kind } & Parts : never

export interface Stage {
  readonly base: string
  readonly name: string | undefined
  readonly instructions: readonly Instruction[]
}

/** The stages in their order. Throws where a line is not understood. */
export function parseDockerfile(text: string): readonly Stage[] {
  const args = new Map<string, string>()
  const stages: { base: string; name: string | undefined; instructions: Instruction[] }[] = []
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
  for (const line of lines.map((each) => each.trim()).filter((each) => each !== '')) {
    const [, word = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? []
    const value = rest.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => args.get(name) ?? `\${${name}}`)
    if (word === 'ARG') {
      const [name = '', fallback = ''] = value.split('=')
      args.set(name, fallback)
    } else if (word === 'FROM') {
      const [, base = '', , name] = /^(\S+)( AS (\S+))?$/.exec(value) ?? []
      stages.push({ base, name, instructions: [] })
    } else {
      const stage = stages.at(-1)
      if (stage === undefined) throw new Error(`before any FROM: ${line}`)
      stage.instructions.push(instruction(word, value))
    }
  }
  return stages
}

function instruction(word: string, value: string): Instruction {
  switch (word) {
    case 'COPY': {
      const { flags, rest } = flagsOf(value)
      const words = rest.split(/\s+/)
      const to = words.pop()
      if (to === undefined || words.length === 0) throw new Error(`COPY ${value}`)
      const { from, ...others } = flags
      if (Object.keys(others).length > 0) throw new Error(`COPY ${value}`)
      return { kind: 'copy', from, sources: words, to }
    }
    case 'RUN':
      return { kind: 'run', command: value }
    case 'WORKDIR':
      return { kind: 'workdir', value }
    case 'USER':
      return { kind: 'user', value }
    case 'STOPSIGNAL':
      return { kind: 'stopsignal', value }
    case 'ENV':
      return { kind: 'env', values: pairs(value) }
    case 'LABEL':
      return { kind: 'label', values: pairs(value) }
    case 'VOLUME':
      return { kind: 'volume', values: value.split(/\s+/) }
    case 'EXPOSE':
      return { kind: 'expose', values: value.split(/\s+/) }
    case 'ENTRYPOINT':
      return { kind: 'entrypoint', words: JSON.parse(value) }
    case 'CMD':
      return { kind: 'cmd', words: JSON.parse(value) }
    case 'HEALTHCHECK': {
      const { flags, rest } = flagsOf(value)
      if (!rest.startsWith('CMD ')) throw new Error(`HEALTHCHECK ${value}`)
      return { kind: 'healthcheck', flags, words: JSON.parse(rest.slice(4)) }
    }
    default:
      throw new Error(`an instruction that this reader does not know: ${word} ${value}`)
  }
}

function flagsOf(text: string): { readonly flags: Readonly<Record<string, string>>; readonly rest: string } {
  const [leading = ''] = /^(--[\w-]+=\S+\s+)*/.exec(text) ?? []
  const flags = [...leading.matchAll(/--([\w-]+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value])
  return { flags: Object.fromEntries(flags), rest: text.slice(leading.length) }
}

const pairs = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...text.matchAll(/([\w.]+)=("[^"]*"|\S+)/g)].map(([, name = '', value = '']) => [
      name,
      value.replace(/^"(.*)"$/, '$1'),
    ]),
  )

/** Whether .dockerignore lets a path at the top of the context through; later lines win. */
export function isLetThrough(ignore: string, path: string): boolean {
  let isIgnored = false
  for (const line of ignore.split('\n').map((each) => each.trim())) {
    if (line === '' || line.startsWith('#')) continue
    const isException = line.startsWith('!')
    const pattern = (isException ? line.slice(1) : line)
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '[^/]*')
    if (new RegExp(`^${pattern}(/|$)`).test(path)) isIgnored = !isException
  }
  return !isIgnored
}
