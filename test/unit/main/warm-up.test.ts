import { expect, it } from 'vitest'
import { warmUp } from '../../../src/warm-up.ts'

it('the made-up world of the warm-up is one that compiles', () => {
  expect(warmUp()).toBe(true)
})
