/* nearest_word.h: what somebody could have meant who wrote a word that means nothing. Pure; any thread. */
#ifndef KORDON_TOOLS_KORDONCTL_NEAREST_WORD_H
#define KORDON_TOOLS_KORDONCTL_NEAREST_WORD_H

#define NEAREST_WORD_SIZE 48

/* The nearest of the words that it was told of; zeroed: none is near. */
struct nearest_word {
    char word[NEAREST_WORD_SIZE];
    unsigned apart;
};

/* What differs are letters that are wrong, missing or too many, or that changed places with the next one: a third of them at most. */
void nearest_word_try(struct nearest_word *nearest, const char *written, const char *meant);

#endif
