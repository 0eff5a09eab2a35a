// Is a text that is no time refused in the words of Go? Each was recorded from Helm 4.2.1.
import { expect, test } from 'vitest'
import { parseMoment } from '../../scripts/go-template/go-time-parse.ts'

test.each([
  ['2006-01-02', '2021-13-01', 'parsing time "2021-13-01": month out of range'],
  ['2006-01-02', '2021-00-10', 'parsing time "2021-00-10": month out of range'],
  ['2006-01-02', '2021-02-30', 'parsing time "2021-02-30": day out of range'],
  ['2006-01-02', '2021-1-01', 'parsing time "2021-1-01" as "2006-01-02": cannot parse "1-01" as "01"'],
  ['2006-01-02', '2021/01/01', 'parsing time "2021/01/01" as "2006-01-02": cannot parse "/01/01" as "-"'],
  ['2006-01-02', '2021-01-01x', 'parsing time "2021-01-01x": extra text: "x"'],
  ['15:04', '25:00', 'parsing time "25:00": hour out of range'],
  ['Mon', 'x"\\', 'parsing time "x\\"\\\\" as "Mon": cannot parse "x\\"\\\\" as "Mon"'],
  ['-0700', '+2500', 'parsing time "+2500": time zone offset hour out of range'],
  ['2006 002', '2021 366', 'parsing time "2021 366": day-of-year out of range'],
  ['Mon', 'é', 'parsing time "\\xc3\\xa9" as "Mon": cannot parse "\\xc3\\xa9" as "Mon"'],
  ['MST', '+25:00', 'parsing time "+25:00" as "MST": cannot parse "+25:00" as "MST"'],
])('%s of %s', (layout, text, why) => {
  expect(parseMoment(layout, text)).toEqual({ why })
})
test('an offset may have 60 minutes', () => expect(parseMoment('-0700', '+0060')).toHaveProperty('zone.offset', 3600))
