// How `verdigris config` shows contexts and settings.
import type { ContextFile } from '../contexts/context.ts'
import type { Format } from '../options.ts'
import { printData } from '../output/data.ts'
import { table } from '../output/table.ts'
import type { Terminal } from '../output/terminal.ts'
import { printable } from '../output/words.ts'

export function printContexts(terminal: Terminal, output: Format, file: ContextFile): void {
  const { contexts, currentContext } = file
  if (output === 'name') for (const { name } of contexts) terminal.out(printable(name))
  else if (output === 'json' || output === 'yaml') printData(terminal, output, file)
  else {
    const isWide = output === 'wide'
    const columns = [
      { title: 'CURRENT' },
      { title: 'NAME', shrinks: true },
      { title: 'SERVER', shrinks: true },
      { title: 'NAMESPACE', shrinks: true },
      { title: 'ACTOR', shrinks: true },
      { title: 'TLS' },
      ...(isWide ? [{ title: 'SERVER CA' }, { title: 'CLIENT CERT' }, { title: 'CLIENT KEY' }] : []),
    ]
    const rows = contexts.map((context) => {
      const { name, server = '', namespace = '', actor = '', serverCa = '', clientCert = '' } = context
      const tls = serverCa === '' && clientCert === '' ? 'no' : 'yes'
      const wide = isWide ? [serverCa, clientCert, context.clientKey ?? ''] : []
      return [name === currentContext ? '*' : '', name, server, namespace, actor, tls, ...wide]
    })
    const width = isWide ? Number.POSITIVE_INFINITY : terminal.width
    for (const line of table(columns, rows, width, terminal.color.bold)) terminal.out(line)
  }
}

/** Name, value and origin of each setting, and the file that was looked into. */
export function printSettings(
  terminal: Terminal,
  output: Format,
  file: string,
  settings: readonly { readonly name: string; readonly value: string; readonly from: string }[],
): void {
  if (output === 'json' || output === 'yaml') {
    printData(terminal, output, { file, settings })
    return
  }
  const columns = [{ title: 'SETTING' }, { title: 'VALUE', shrinks: true }, { title: 'FROM', shrinks: true }]
  const rows = settings.map(({ name, value, from }) => [name, value, from])
  for (const line of table(columns, rows, terminal.width, terminal.color.bold)) terminal.out(line)
  terminal.say(printable(`file of contexts: ${file}`))
}
