// Which functions does every program that offers Sprig have?
import { builtins } from '../go-builtins.ts'
import type { GoFunctions } from '../go-function.ts'
import { caseFunctions } from './case.ts'
import { listFunctions, mapFunctions } from './collections.ts'
import { cryptoFunctions } from './crypto.ts'
import { dateFunctions } from './dates.ts'
import { encodingFunctions } from './encoding.ts'
import { numberFunctions, typeFunctions } from './numbers.ts'
import { randomFunctions } from './random.ts'
import { regexpFunctions } from './regexp.ts'
import { semverFunctions } from './semver.ts'
import { textFunctions } from './text.ts'
import { urlFunctions } from './urls.ts'

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
