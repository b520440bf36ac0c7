/** What importing and calling a function takes that does nothing. */
export const handler = async (): Promise<void> => {};
