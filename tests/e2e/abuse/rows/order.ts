import type { Group } from "../row.ts";
export const order: Group = { name: "keeping order", rows: [] };
