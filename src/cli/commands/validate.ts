// verdigris validate
import type { Command } from 'commander'
import { ok } from '../../base/index.ts'
import { type Manifest, parseManifests, planApply } from '../../model/index.ts'
import { exitCode } from '../exit-codes.ts'
import { type NamespaceOptions, withNamespace } from '../options.ts'
import { createTerminal } from '../output/terminal.ts'
import { readSources } from '../read-files.ts'
import { reportProblem } from '../report.ts'
import { type FileOptions, withFiles } from './files.ts'

export function configure(command: Command): void {
  withNamespace(withFiles(command))
    .option('--partial', 'the files are a part of the whole: references may lead out of them')
    .addHelpText(
      'after',
      `
Checks shapes, values and references, as if the objects given were all there
are. Needs no server; what depends on the state of one (etags, traffic, objects
that are there already) is checked by diff and apply.

Examples:
  verdigris validate -f examples/single
  verdigris validate -f one-route.yaml --partial
  verdigris validate -f shop.yaml && verdigris diff -f shop.yaml`,
    )
    .action(async (options: FileOptions & NamespaceOptions & { readonly partial?: boolean }) => {
      const terminal = createTerminal()
      const sources = await readSources(options.filename, options.recursive === true)
      if (!sources.ok) {
        process.exitCode = exitCode(reportProblem(terminal, sources.error))
        return
      }
      const files = sources.value.map(({ name, text }) => ({ file: name, text }))
      const manifests = parseManifests(files, { namespace: options.namespace })
      const checked = !manifests.ok || options.partial === true ? manifests : asWhole(manifests.value)
      if (!manifests.ok || !checked.ok) {
        if (!checked.ok) reportProblem(terminal, checked.error)
        process.exitCode = exitCode('usage')
        return
      }
      const count = manifests.value.length
      terminal.out(`${count} ${count === 1 ? 'object is' : 'objects are'} valid`)
    })
}

/** The objects against an empty world, where no etag counts. */
function asWhole(
  manifests: readonly Manifest[],
): ReturnType<typeof planApply> | ReturnType<typeof parseManifests> {
  const planned = planApply(
    new Map(),
    manifests.map((manifest) => {
      if (manifest.etag === undefined) return manifest
      const { etag: _etag, ...rest } = manifest
      return rest
    }),
  )
  return planned.ok ? ok(manifests) : planned
}
