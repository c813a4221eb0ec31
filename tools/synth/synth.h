/* synth.h: synthetic fingerprints, for demonstrating and testing without anyone's biometric data.
 *
 * A *finger* is made once: pattern class, ridge flow, ridges, pores and creases. An *impression* is one
 * touch of it on a sensor: its own place, rotation, skin distortion, moisture, pressure, contact area and
 * noise. Impressions of one finger are mated, impressions of two are not.
 *
 * Sources: the five classes and their natural proportions, ridges grown from noise by oriented filtering and
 * the order of an impression's steps follow the literature on synthetic fingerprints (Cappelli, Maio,
 * Maltoni: SFinGe, 2000-2004); the shares of the classes are Wilson's, Candela's and Watson's, 1993; the sum over singular points is the zero-pole model of Sherlock and Monro,
 * 1993. That the rest of the ridge flow is a harmonic function of the finger's boundary is our own.
 *
 * Reproducible to the byte: everything follows from (seed, finger, impression, size), with integer random
 * numbers and arithmetic that IEEE 754 fixes; no function of libm that may differ is called. A change to the
 * generator changes the pictures: nothing promises the same ones between versions of kordon.
 *
 * Units: px at SYNTH_PPI; x to the right, y down. Thread rule: no globals; a finger is constant once made and
 * may be shared.
 */
#ifndef KORDON_TOOLS_SYNTH_SYNTH_H
#define KORDON_TOOLS_SYNTH_SYNTH_H

#include <stdint.h>

#include "base/failure.h"

#define SYNTH_PPI            500
#define SYNTH_SIDE_MIN       96   /* px */
#define SYNTH_SIDE_MAX       2000 /* px */
#define SYNTH_WIDTH_DEFAULT  388  /* px; a common optical sensor's size, as is the height */
#define SYNTH_HEIGHT_DEFAULT 374

/* Left and right as the picture is seen: a left loop's ridges come from the left and leave to the left. */
enum synth_class {
    SYNTH_ARCH,
    SYNTH_TENTED_ARCH,
    SYNTH_LEFT_LOOP,
    SYNTH_RIGHT_LOOP,
    SYNTH_WHORL,
    SYNTH_CLASS_COUNT,
};

/* "arch", "tented arch", "left loop", "right loop", "whorl". */
const char *synth_class_name(enum synth_class class);

/* The class of a finger, known without making it. Over many fingers the classes come in the proportions in
 * which they occur among people. */
enum synth_class synth_class_of(uint64_t seed, uint32_t finger);

/* How impressions are taken. strain, percent: how far they stray in place, rotation, distortion, moisture,
 * pressure and contact area. 100 is a willing person at a good sensor, 0 the same ideal touch each time but for
 * noise; at 300 a set is about as hard to match as FVC2002's real ones. */
struct synth_conditions {
    uint32_t width, height; /* px, SYNTH_SIDE_MIN..SYNTH_SIDE_MAX */
    uint32_t strain;        /* 0..SYNTH_STRAIN_MAX */
    /* What is wrong with the capture on purpose, 0 for nothing: */
    int32_t moisture; /* percent added: negative is dry skin, positive wet; -SYNTH_MOISTURE_MAX.. */
    uint32_t smear;   /* px that the finger slides while its picture is taken, 0..SYNTH_SMEAR_MAX */
    uint32_t offset;  /* px that the finger lies beside the middle, 0..SYNTH_OFFSET_MAX */
};

#define SYNTH_STRAIN_DEFAULT 100
#define SYNTH_STRAIN_MAX     400
#define SYNTH_MOISTURE_MAX   300
#define SYNTH_SMEAR_MAX      40
#define SYNTH_OFFSET_MAX     400

struct synth_finger;

/* Makes a finger; destroy it with synth_finger_destroy(), which takes NULL. NO_MEMORY. */
enum reason synth_finger_create(
    uint64_t seed, uint32_t number, struct synth_finger **finger, struct failure *failure);
void synth_finger_destroy(struct synth_finger *finger);

/* One impression as 8-bit gray, ridges dark, row by row into pixels, width * height bytes of the caller's.
 * Impressions may have any number and be made in any order. BAD_ARGUMENT for conditions out of their range,
 * NO_MEMORY. */
enum reason synth_impression(const struct synth_finger *finger, uint32_t number,
    const struct synth_conditions *conditions, uint8_t *pixels, struct failure *failure);

#endif
