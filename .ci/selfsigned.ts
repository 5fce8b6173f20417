/**
 * What the program takes of `selfsigned`, for `.ci/compile` to make one file of.
 *
 * @module
 */
export { generate } from "selfsigned";
