// Which functions does every program that offers Sprig have?
import { builtins } from './go-builtins.ts'
import type { GoFunctions } from './go-function.ts'
import { caseFunctions } from './sprig-case.ts'
import { listFunctions, mapFunctions } from './sprig-collections.ts'
import { cryptoFunctions } from './sprig-crypto.ts'
import { dateFunctions } from './sprig-dates.ts'
import { encodingFunctions } from './sprig-encoding.ts'
import { numberFunctions, typeFunctions } from './sprig-numbers.ts'
import { randomFunctions } from './sprig-random.ts'
import { regexpFunctions } from './sprig-regexp.ts'
import { semverFunctions } from './sprig-semver.ts'
import { textFunctions } from './sprig-text.ts'
import { urlFunctions } from './sprig-urls.ts'

/** `sprig.TxtFuncMap` with Go's own functions, without env, expandenv and getHostByName; includes `toYaml` and similar functions. */
export const sprigFunctions: GoFunctions = {
  ...builtins,
  ...textFunctions,
  ...caseFunctions,
  ...listFunctions,
  ...mapFunctions,
  ...numberFunctions,
  ...typeFunctions,
  ...encodingFunctions,
  ...regexpFunctions,
  ...semverFunctions,
  ...randomFunctions,
  ...dateFunctions,
  ...cryptoFunctions,
  ...urlFunctions,
}
