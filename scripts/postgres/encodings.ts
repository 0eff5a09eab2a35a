// Which encodings may a client ask for, and which may a database have?

/** Names without dashes and underscores; the server also strips those. The same in 13 to 18. */
export const clientEncodings: ReadonlySet<string> = new Set(
  `abc alt big5 euccn eucjis2004 eucjp euckr euctw gb18030 gbk iso88591 iso885910 iso885913 iso885914 iso885915 iso885916 iso88592
  iso88593 iso88594 iso88595 iso88596 iso88597 iso88598 iso88599 johab koi8 koi8r koi8u latin1 latin10 latin2 latin3 latin4 latin5
  latin6 latin7 latin8 latin9 mskanji muleinternal shiftjis shiftjis2004 sjis sqlascii tcvn tcvn5712 uhc unicode utf8 vscii win
  win1250 win1251 win1252 win1253 win1254 win1255 win1256 win1257 win1258 win866 win874 win932 win936 win949 win950 windows1250
  windows1251 windows1252 windows1253 windows1254 windows1255 windows1256 windows1257 windows1258 windows866 windows874 windows932
  windows936 windows949 windows950`.split(/\s+/),
)

/** `pg_valid_server_encoding`: the others are for clients only (PostgreSQL 17, table 23.3). */
const ofClientsOnly = /^(?:big5|gb18030|gbk|johab|mskanji|shiftjis(?:2004)?|sjis|uhc|(?:win|windows)9(?:32|36|49|50))$/

/** Whether a database can have this encoding; letters and digits count alone. */
export function isServerEncoding(name: string): boolean {
  const bare = name.toLowerCase().replaceAll(/[^a-z\d]/g, '')
  return clientEncodings.has(bare) && !ofClientsOnly.test(bare)
}

/** Whether it is UTF-8, whose other name is Unicode. */
export function isUtf8(name: string): boolean {
  return /^(?:utf8|unicode)$/.test(name.toLowerCase().replaceAll(/[^a-z\d]/g, ''))
}
