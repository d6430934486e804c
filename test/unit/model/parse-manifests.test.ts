// Reading manifests: what is accepted, where faults are found, and what hostile texts cost.
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/base/index.ts'
import { parseManifests, parseObject } from '../../../src/model/index.ts'
import { gateway, group, lines, problem, read, route, service, text, value, violations } from './fixtures.ts'

const parse = (...texts: string[]) =>
  parseManifests(texts.map((each, index) => ({ file: `f${index}.yaml`, text: each })))

describe('reading manifests', () => {
  it('reads several documents of several files in order, and skips empty ones', () => {
    const manifests = value(parse(`---\n${group('a')}---\n---\n# nothing\n---\n${group('b')}`, group('c')))
    expect(manifests.map(({ name, source }) => [name, source])).toEqual([
      ['a', { file: 'f0.yaml', line: 2 }],
      ['b', { file: 'f0.yaml', line: 12 }],
      ['c', { file: 'f1.yaml', line: 1 }],
    ])
  })

  it('fills in defaults and turns durations into milliseconds', () => {
    const [gate, node, shop] = read(
      gateway(),
      group(),
      service(undefined, 'upstream: {connectTimeout: 1m30s, idleTimeout: 0s}'),
    )
    expect(gate?.spec).toEqual({
      nodeGroups: ['edge'],
      listeners: [{ name: 'http', address: '0.0.0.0', port: 10_000, protocol: 'HTTP' }],
    })
    expect(node?.spec).toEqual({ selector: { cluster: 'edge' }, expected: { within: limits.expectWithinMs } })
    expect(shop?.spec).toMatchObject({ upstream: { connectTimeout: 90_000, idleTimeout: 0 } })
  })

  it('reads JSON, also as a list and with tabs, with the same positions', () => {
    const json = `[
\t{"apiVersion": "verdigris.dev/v1alpha1", "kind": "NodeGroup", "metadata": {"name": "a", "labels": {"n": "\\ud83d\\ude00\\/"}},
\t\t"spec": {"selector": {}}},
\t{"apiVersion": "verdigris.dev/v1alpha1", "kind": "NodeGroup", "metadata": {"name": "b"},
\t\t"spec": {"selector": {}}}
]`
    expect(value(parse(json)).map(({ name, labels }) => [name, labels])).toEqual([
      ['a', { n: '😀/' }],
      ['b', {}],
    ])
    expect(violations(parse(json.replace('"b"}', '"b", "nmae": 1}')))).toMatchObject([
      { file: 'f0.yaml', line: 4, column: 90, path: 'metadata.nmae', object: 'NodeGroup default/b' },
    ])
  })

  it('takes the namespace that is given for manifests that name none', () => {
    const named = text('NodeGroup', 'b', 'selector: {}', '  namespace: other\n')
    const files = [{ file: 'f', text: `${group('a')}---\n${named}` }]
    expect(value(parseManifests(files, { namespace: 'shop' })).map(({ namespace }) => namespace)).toEqual([
      'shop',
      'other',
    ])
  })

  it('tells every fault of every file at once, each with its place', () => {
    const found = violations(
      parse(
        `${gateway().replace('listeners', 'listners')}---\n${gateway('other', '[{name: HTTP, port: 0}]')}`,
        'a: [',
        group().replace('selector', 'selektor'),
      ),
    )
    expect(found.map(({ file, line, column, path }) => [file, line, column, path])).toEqual([
      ['f0.yaml', 7, 3, 'spec.listners'],
      ['f0.yaml', 15, 22, 'spec.listeners[0].name'],
      ['f0.yaml', 15, 34, 'spec.listeners[0].port'],
      ['f1.yaml', 1, 5, ''],
      ['f2.yaml', 6, 3, 'spec.selektor'],
    ])
  })

  it('reports a bounded number of faults and counts the rest', () => {
    const many = Array.from({ length: 150 }, (_, index) => group(`A${index}`)).join('---\n')
    const found = violations(parse(many))
    expect(found).toHaveLength(limits.violationsReported + 1)
    expect(found.at(-1)?.message).toBe('50 more problems')
  })

  it('says both types, and what to do about quotes', () => {
    expect(lines(parse(gateway('edge', '[{name: 5, port: "80"}]')))).toEqual([
      'spec.listeners[0].name: wanted a string, found the number 5; write it in quotes',
      'spec.listeners[0].port: wanted a port from 1 to 65535, found the string "80"; write it without quotes',
    ])
    expect(lines(parse(text('NodeGroup', 'a', 'selector: [1]\nexpected:')))).toEqual([
      'spec.selector: wanted an object, found a list of 1',
      'spec.expected: wanted an object, found nothing',
    ])
  })

  it('lists the known fields when none is near', () => {
    expect(lines(parse(text('NodeGroup', 'a', 'selector: {}\nwhatever: 1')))).toEqual([
      'spec.whatever: unknown field "whatever"; wanted one of "selector", "expected"',
    ])
  })

  it('names objects that are there twice, with both places', () => {
    const [found] = violations(parse(group('a'), `\n${group('a')}`))
    expect(found).toEqual({
      path: 'metadata.name',
      message: 'NodeGroup default/a is there twice, first in f0.yaml:1',
      object: 'NodeGroup default/a',
      file: 'f1.yaml',
      line: 5,
      column: 9,
    })
  })

  it('refuses a set without any object', () => {
    expect(lines(parse('', '# x\n---\n'))).toEqual([
      ': found no object, wanted at least one: in f0.yaml, f1.yaml',
    ])
    expect(lines(parse())).toEqual([': found no object, wanted at least one: no file was given'])
  })

  it('ignores status, keeps the etag and the printed traffic of a policy only', () => {
    const policy = `${text('TrafficPolicy', 'p', 'service: a\n', '  etag: e1\n')}traffic: {weights: {blue: 10000}}\nstatus: {anything: [1]}\n`
    expect(value(parse(policy))[0]).toMatchObject({ etag: 'e1', traffic: { weights: { blue: 10_000 } } })
    expect(lines(parse(`${group()}traffic: {weights: {blue: 10000}}\n`))).toEqual([
      'traffic: unknown field "traffic"; wanted one of "apiVersion", "kind", "metadata", "spec", "status"',
    ])
  })

  it('accepts aliases within bounds', () => {
    const aliased = text('Gateway', 'a', 'nodeGroups: [&n edge]\nlisteners:\n  - {name: *n, port: 80}')
    expect(value(parse(aliased))[0]?.spec).toMatchObject({ listeners: [{ name: 'edge' }] })
  })
})

describe('reading hostile texts', () => {
  it('refuses 100 MB before looking at it', () => {
    const began = performance.now()
    const found = problem(parse('a'.repeat(100_000_000)))
    expect(found).toMatchObject({ kind: 'limit', limit: 'manifestBytes' })
    expect(found.message).toBe('manifests of 95.4 MiB, wanted at most 16 MiB at once: apply them in parts')
    expect(performance.now() - began).toBeLessThan(500)
  })

  it('counts bytes, not characters, and all files together', () => {
    const half = 'é'.repeat(limits.manifestBytes / 4 + 1)
    expect(problem(parse(half, half)).kind).toBe('limit')
  })

  it('refuses more objects than one apply may have', () => {
    expect(problem(parse(`[${'1,'.repeat(limits.objectsPerApply)}1]`))).toMatchObject({
      limit: 'objectsPerApply',
    })
  })

  it.each([
    ['brackets', '['.repeat(200_000)],
    ['braces', '{a: '.repeat(100_000)],
    ['dashes', '- '.repeat(100_000)],
    ['question marks', '? '.repeat(100_000)],
    ['indentation', Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ])('ends at the bound of nesting: %s', (_, hostile) => {
    expect(lines(parse(hostile))).toEqual([`: nested deeper than ${limits.nestingDepth} levels`])
  })

  it('bounds the values of one object before any of them can become a fault', () => {
    const hosts = `[${'1,'.repeat(limits.valuesPerObject)}1]`
    const object = JSON.stringify(read(route())[0]?.spec).replace(/"hosts":\[[^\]]*\]/, `"hosts":${hosts}`)
    const json = `{"apiVersion": "verdigris.dev/v1alpha1", "kind": "Route", "metadata": {"name": "a"}, "spec": ${object}}`
    const message = `: wanted at most ${limits.valuesPerObject} values in one object`
    expect(lines(parse(json))).toEqual([message])
    expect(lines(parseObject(JSON.parse(json)))).toEqual([message])
  })

  it('bounds the documents of a text, empty ones too', () => {
    expect(lines(parse('---\n'.repeat(limits.objectsPerApply + 2)))).toEqual([
      `: wanted at most ${limits.objectsPerApply} documents in one text`,
    ])
  })

  it('bounds the tokens of a YAML text', () => {
    expect(lines(parse(`a:${'\n- [1,1,1,1,1,1,1,1]'.repeat(limits.yamlTokens / 16)}`))[0]).toMatch(
      /YAML tokens in one text/,
    )
  })

  it('takes many keys in one object without comparing each with each', () => {
    const timed = (count: number): number => {
      const keys = Array.from({ length: count }, (_, index) => `k${index}: 1`).join('\n')
      const began = performance.now()
      expect(violations(parse(keys)).length).toBeGreaterThan(limits.violationsReported)
      return performance.now() - began
    }
    timed(1_000)
    // Ten times the keys: about 10 where the work grows with them, 100 where it grows with their square.
    expect(timed(10_000) / timed(1_000)).toBeLessThan(50)
  })

  it('refuses names of 64 KiB and repeats only their beginning', () => {
    const [found] = lines(parse(group('e'.repeat(65_536), 'edge')))
    expect(found).toMatch(
      /^metadata\.name: wanted at most 4096 characters, found "e{60}…" \(65536 characters\)$/,
    )
    const [key] = violations(parse(text('NodeGroup', 'a', `selector: {metadata: {${'k'.repeat(900)}: 5}}`)))
    expect(key?.path.length).toBeLessThan(150)
  })

  it.each(['__proto__', 'constructor', 'toString'])(
    'refuses %s as key and as name, and pollutes nothing',
    (name) => {
      const result = parse(
        text('NodeGroup', `"${name}"`, `selector: {metadata: {"${name}": x}}\n"${name}": {polluted: yes}`),
      )
      expect(violations(result).map(({ path }) => path)).toEqual([
        `spec.selector.metadata.${name}`,
        `spec.${name}`,
        'metadata.name',
      ])
      expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
      const json = JSON.parse(
        `{"apiVersion": "verdigris.dev/v1alpha1", "kind": "NodeGroup", "metadata": {"name": "a"}, "spec": {"selector": {"metadata": {"${name}": "x"}}}}`,
      )
      expect(lines(parseObject(json))).toEqual([
        `spec.selector.metadata.${name}: the name "${name}" is refused: every JavaScript object has a member of that name`,
      ])
    },
  )
})

describe('objects that arrive as JSON', () => {
  const json = {
    apiVersion: 'verdigris.dev/v1alpha1',
    kind: 'NodeGroup',
    metadata: { name: 'a' },
    spec: { selector: {} },
  }

  it('give the same object as their text', () => {
    const { source: _, ...fromText } = value(parse(JSON.stringify(json)))[0] ?? {}
    expect(value(parseObject(json))).toEqual(fromText)
  })

  it('give the same faults, without positions', () => {
    expect(violations(parseObject({ ...json, spec: { selektor: {} } }))).toEqual([
      {
        path: 'spec.selektor',
        message: 'unknown field "selektor"; did you mean "selector"?',
        object: 'NodeGroup default/a',
      },
    ])
    expect(lines(parseObject('text'))).toEqual([
      ': wanted an object with apiVersion, kind, metadata and spec, found the string "text"',
    ])
  })

  it('are refused when nested too deeply', () => {
    let deep: unknown = 1
    for (let depth = 0; depth < 100_000; depth++) deep = [deep]
    expect(lines(parseObject({ ...json, spec: deep }))[0]).toContain('nested deeper than 64 levels')
  })
})

describe('the quick way for JSON', () => {
  const object = (name: string, more = ''): string =>
    `{"apiVersion": "verdigris.dev/v1alpha1", "kind": "NodeGroup",\n "metadata": {"name": "${name}"}, "spec": {"selector": {"cluster": "a\\"}:{"}}${more}}`

  it('knows where objects begin', () => {
    const manifests = value(parse(`\n${object('a')}`, `[\n${object('b')},\n\n${object('c')}]`))
    expect(manifests.map(({ source }) => source?.line)).toEqual([2, 2, 5])
  })

  it('sees a key that is there twice, also when it is written in two ways', () => {
    expect(lines(parse(object('a', ', "status": {"x": 1, "\\u0078": 2}')))).toEqual([
      'status.x: the field "x" is there twice',
    ])
  })

  it('finds the places of faults like the long way', () => {
    expect(violations(parse(`[${object('a')}, ${object('B')}]`))).toMatchObject([
      { line: 3, column: 23, path: 'metadata.name' },
    ])
  })

  it('leaves broken JSON to the reader that says what is broken', () => {
    expect(violations(parse(`${object('a')}}`))).toMatchObject([{ line: 2 }])
  })
})
