/// Every refusal as application/problem+json, from resources and routes alike.
@NullMarked
package dev.freshet.service.problem;

import org.jspecify.annotations.NullMarked;
