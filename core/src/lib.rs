//! The rules of Equoria.
#![no_std]
