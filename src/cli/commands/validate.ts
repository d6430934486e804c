// verdigris validate
import type { Command } from 'commander'
import { parseManifests } from '../../model/index.ts'
import { exitCode } from '../exit-codes.ts'
import { type NamespaceOptions, withNamespace } from '../options.ts'
import { createTerminal } from '../output/terminal.ts'
import { readSources } from '../read-files.ts'
import { reportProblem } from '../session.ts'
import { type FileOptions, withFiles } from './files.ts'

export function configure(command: Command): void {
  withNamespace(withFiles(command))
    .addHelpText(
      'after',
      `
Checks shapes, values and references between the objects given. Needs no server; what depends on the
state of one (etags, traffic, objects that are there already) is checked by diff and apply.

Examples:
  verdigris validate -f examples/
  verdigris validate -f shop.yaml && verdigris diff -f shop.yaml`,
    )
    .action(async (options: FileOptions & NamespaceOptions) => {
      const terminal = createTerminal()
      const sources = await readSources(options.filename, options.recursive === true)
      if (!sources.ok) {
        process.exitCode = exitCode(reportProblem(terminal, sources.error))
        return
      }
      const files = sources.value.map(({ name, text }) => ({ file: name, text }))
      const manifests = parseManifests(files, { namespace: options.namespace })
      if (!manifests.ok) {
        reportProblem(terminal, manifests.error)
        process.exitCode = exitCode('usage')
        return
      }
      const count = manifests.value.length
      terminal.out(`${count} ${count === 1 ? 'object is' : 'objects are'} valid`)
    })
}
