// The settings of a command: flags over environment over context over defaults, and where each came from.
import { isAbsolute, join } from 'node:path'
import type { Command } from 'commander'
import { err, invalid, nearest, ok, type Problem, type Result } from '../../base/index.ts'
import { type Context, type ContextField, type ContextFile, contextFields } from './context.ts'
import { type Place, placeOf, readContexts } from './keep-contexts.ts'

/** The context that counts: none where none is named and the file names no current one. */
export interface Chosen {
  readonly place: Place
  readonly file: ContextFile
  readonly context: Context | undefined
}

/** Reads the file and picks the context. Errors: the file's, or a context that is not in it. */
export async function chooseContext(
  flags: { readonly context?: string | undefined; readonly configFile?: string | undefined },
  env: NodeJS.ProcessEnv,
): Promise<Result<Chosen, Problem>> {
  const place = placeOf(flags.configFile, env)
  const read = await readContexts(place)
  if (!read.ok) return read
  const file = read.value
  const given = flags.context ?? env.VERDIGRIS_CONTEXT
  const name = given === undefined || given === '' ? file.currentContext : given
  if (name === undefined) return ok({ place, file, context: undefined })
  const context = contextNamed(file, name, place)
  return context.ok ? ok({ place, file, context: withFullPaths(context.value, place) }) : context
}

/** The context of this name, or which there are. */
export function contextNamed(file: ContextFile, name: string, { path }: Place): Result<Context, Problem> {
  const found = file.contexts.find((one) => one.name === name)
  if (found !== undefined) return ok(found)
  const names = file.contexts.map((one) => one.name)
  const near = nearest(name, names)
  const hint =
    names.length === 0
      ? 'it has none; make one with: verdigris config set-context NAME --server HOST:PORT'
      : near === undefined
        ? `there are ${names.join(', ')}`
        : `did you mean "${near}"?`
  return err(invalid([{ path: '', message: `no context "${name}" in ${path}; ${hint}` }]))
}

/** TLS files of a context start where its file lies, as in a kubeconfig. */
function withFullPaths(context: Context, { path }: Place): Context {
  const full = (file: string | undefined): string | undefined =>
    file === undefined || isAbsolute(file) ? file : join(path, '..', file)
  const { serverCa, clientCert, clientKey } = context
  return {
    ...context,
    ...(serverCa === undefined ? {} : { serverCa: full(serverCa) ?? serverCa }),
    ...(clientCert === undefined ? {} : { clientCert: full(clientCert) ?? clientCert }),
    ...(clientKey === undefined ? {} : { clientKey: full(clientKey) ?? clientKey }),
  }
}

/**
 * Gives a command's options what its context says, where neither a flag nor a variable did. Where a context was named on the
 * command line and a variable goes before it, that is a surprise: gives a sentence for each.
 */
export function fillIn(command: Command, { context }: Pick<Chosen, 'context'>): readonly string[] {
  if (context === undefined) return []
  if (command.getOptionValueSource('context') === undefined)
    command.setOptionValueWithSource('context', context.name, 'currentContext')
  const surprises: string[] = []
  for (const field of contextFields) {
    const value = context[field]
    const option = command.options.find((each) => each.attributeName() === field)
    if (value === undefined || option === undefined) continue
    const source = command.getOptionValueSource(field)
    if (source === 'env' && command.getOptionValueSource('context') === 'cli') {
      if (command.getOptionValue(field) !== value)
        surprises.push(`${option.envVar} goes before the ${wordOf(field)} of context ${context.name}`)
    } else if (source === undefined || source === 'default') {
      command.setOptionValueWithSource(field, value, `context ${context.name}`)
    }
  }
  return surprises
}

/** `serverCa` → `server-ca`, as the flag has it. */
export const wordOf = (field: ContextField): string =>
  field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
