/* The columns of a batch, out of the arrays $1 to $N: "select " UNNEST_N, where N names are too many to write out.
 *
 * In a select's list arrays of equal length go in step and straight on. In a from clause, unnest($1, $2 ...) first writes every
 * array into a store of its own and reads it again from there: for the columns of a complaint that was half of what the
 * whole batch cost PostgreSQL.
 * What is looked up by such columns has one of the forms that README.md names ("a plan that was made while a table was empty").
 */
#ifndef OMBUD_STORE_UNNEST_H
#define OMBUD_STORE_UNNEST_H

#define UNNEST_ALL "unnest($*)" /* of all the statement's parameters, however many: pg_statement_text() writes them out */
#define UNNEST_1 "unnest($1)"
#define UNNEST_2 UNNEST_1 ", unnest($2)"
#define UNNEST_3 UNNEST_2 ", unnest($3)"
#define UNNEST_4 UNNEST_3 ", unnest($4)"
#define UNNEST_5 UNNEST_4 ", unnest($5)"
#define UNNEST_6 UNNEST_5 ", unnest($6)"
#define UNNEST_7 UNNEST_6 ", unnest($7)"
#define UNNEST_8 UNNEST_7 ", unnest($8)"
#define UNNEST_9 UNNEST_8 ", unnest($9)"
#define UNNEST_10 UNNEST_9 ", unnest($10)"
#define UNNEST_11 UNNEST_10 ", unnest($11)"
#define UNNEST_12 UNNEST_11 ", unnest($12)"
#define UNNEST_13 UNNEST_12 ", unnest($13)"
#define UNNEST_14 UNNEST_13 ", unnest($14)"
#define UNNEST_15 UNNEST_14 ", unnest($15)"
#define UNNEST_16 UNNEST_15 ", unnest($16)"
#define UNNEST_17 UNNEST_16 ", unnest($17)"
#define UNNEST_18 UNNEST_17 ", unnest($18)"
#define UNNEST_19 UNNEST_18 ", unnest($19)"
#define UNNEST_20 UNNEST_19 ", unnest($20)"
#define UNNEST_21 UNNEST_20 ", unnest($21)"
#define UNNEST_22 UNNEST_21 ", unnest($22)"
#define UNNEST_23 UNNEST_22 ", unnest($23)"
#define UNNEST_24 UNNEST_23 ", unnest($24)"
#define UNNEST_25 UNNEST_24 ", unnest($25)"
#define UNNEST_26 UNNEST_25 ", unnest($26)"
#define UNNEST_27 UNNEST_26 ", unnest($27)"
#define UNNEST_28 UNNEST_27 ", unnest($28)"
#define UNNEST_29 UNNEST_28 ", unnest($29)"
#define UNNEST_30 UNNEST_29 ", unnest($30)"
#define UNNEST_31 UNNEST_30 ", unnest($31)"
#define UNNEST_32 UNNEST_31 ", unnest($32)"

#endif
