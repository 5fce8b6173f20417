/**
 * Emoji by name, for completing `:thumbsup:`.
 *
 * @module
 */

/** Names without colons, as GitHub and others write them, and the emoji of each. Loaded when first asked for: the table is large. */
export async function emojiByName(): Promise<readonly (readonly [name: string, emoji: string])[]> {
  const { nameToEmoji } = await import("gemoji");
  return Object.entries(nameToEmoji);
}
