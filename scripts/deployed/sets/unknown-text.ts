// What stands for a text that nobody in the repository knows?

/** In the place of a value that the chart's parent may give: a character that no manifest has. */
export const unknownText = '\ue000'

/** Whether a part of a text is filled in by something that is not known here. */
export const isOpen = (text: string): boolean => text.includes('{{') || text.includes(unknownText)
