/** Of push pods: clients who do as they are told are back soon. */
export const podSettings = { FRESHET_PUSH_SSE_RETRY: "300MS" };
