/* The columns of a batch, out of the arrays that are its parameters: "select " UNNEST_ALL.
 *
 * In a select's list arrays of equal length go in step and straight on. In a from clause, unnest($1, $2 ...) first writes every
 * array into a store of its own and reads it again from there: for the columns of a complaint that was half of what the
 * whole batch cost PostgreSQL.
 * What is looked up by such columns has one of the forms that README.md names ("a plan that was made while a table was empty").
 */
#ifndef OMBUD_STORE_UNNEST_H
#define OMBUD_STORE_UNNEST_H

#define UNNEST_ALL "unnest($*)" /* of all the statement's parameters, however many: pg_statement_text() writes them out */

#endif
