//! What every locus does in one sentence, and who found it out: for those who teach and those who doubt.
//!
//! This stands apart from the table of loci because most readers of the table never print it. Positions are megabases of
//! the horse's second reference sequence (EquCab2).

use super::locus::{Locus, Pair};
use super::viability::Viability;

/// Why the recombination fraction of MC1R and KIT is what it is.
const MEASURED: &str = "measured in families: chestnut, roan and tobiano are closely linked in equine linkage group II \
    (Andersson & Sandberg 1982, J Hered 73:91); 0.06 here, where a breeders' calculator takes 0.05; their distance \
    alone would give 0.28";

/// Why the others are.
const ESTIMATED: &str = "estimated from the distance at one centimorgan a megabase with Haldane's function (the horse's \
    maps have 2,772 to 3,740 cM for about 2,700 Mb: Swinburne 2006, Penedo 2005), rounded to fiftieths";

impl Locus {
    /// What the locus does, in one sentence for players and teachers.
    #[must_use]
    pub fn about(self) -> &'static str {
        TEXTS.get(self.index()).map_or("", |it| it.1)
    }

    /// Who found it out.
    #[must_use]
    pub fn source(self) -> &'static str {
        TEXTS.get(self.index()).map_or("", |it| it.2)
    }

    /// Where the locus lies on its chromosome, in megabases; nothing where it lies alone on one, as far as the table goes.
    #[must_use]
    pub const fn megabases(self) -> Option<u32> {
        Some(match self {
            Self::Acan => 94,
            Self::Trpm1 => 108,
            Self::Ppib => 128,
            Self::Myo5a => 138,
            Self::Slc24a5 => 142,
            Self::Toe1 => 13,
            Self::Plod1 => 40,
            Self::Rfwd3 => 24,
            Self::Mc1r => 36,
            Self::Kit => 78,
            Self::Lcorl => 106,
            Self::Pax3 => 11,
            Self::Pmel => 74,
            Self::Hmga2 => 81,
            Self::Prkdc => 36,
            Self::Zfat => 76,
            Self::Ryr1 => 10,
            Self::Gys1 => 19,
            Self::Scn4a => 16,
            Self::Krt25 => 22,
            Self::Lasp1 => 23,
            Self::Sp6 => 24,
            Self::Myh1 => 53,
            _ => return None,
        })
    }

    /// How the recombination fraction to the next locus is known; nothing where they are not linked.
    #[must_use]
    pub fn crossing_source(self) -> Option<&'static str> {
        let next = Self::ALL.get(self.index() + 1)?;
        let is_linked =
            self.megabases().is_some() && next.facts().chromosome == self.facts().chromosome;
        is_linked.then_some(if self == Self::Mc1r {
            MEASURED
        } else {
            ESTIMATED
        })
    }

    /// Who says that a pair of its alleles is lethal, or suspects it; nothing for those that live without doubt.
    #[must_use]
    pub fn viability_source(self, pair: Pair) -> Option<&'static str> {
        let verdict = self.viability(pair)?;
        Some(match (self, verdict) {
            (Self::Acan, _) => {
                "Eberth et al. 2018, Anim Genet 49:413: no living horse has D1 with any of D1 to D4"
            }
            (Self::Kit, _) => {
                "UC Davis VGL, dominant white tests: homozygotes of W5, W10, W13 and W22 are thought not to live"
            }
            (Self::Mitf, Viability::Suspected) => {
                "Hauswirth et al. 2012, PLoS Genet 8:e1002653, and UC Davis VGL: predicted, never shown"
            }
            (Self::Prkdc, _) => {
                "Shin et al. 1997, PNAS 94:3910; Bernoco & Bailey 1998, Anim Genet 29:41: dies of infections within months"
            }
            (Self::Gbe1, _) => {
                "Ward et al. 2004, Mamm Genome 15:570: aborted, or dead within weeks"
            }
            _ => self.source(),
        })
    }
}

/// What each locus does and who found it out, in the order of [`Locus::ALL`].
#[rustfmt::skip]
static TEXTS: &[(Locus, &str, &str)] = &[
    (Locus::Acan,
        "Two dwarfing alleles make a dwarf, and D1 with another none at all; carriers are a little smaller.",
        "Eberth, Graves, MacLeod & Bailey 2018, Anim Genet 49:413"),
    (Locus::Trpm1,
        "One copy spots or roans the coat in the leopard's way, two leave few spots and make the horse night-blind.",
        "Bellone et al. 2013, PLoS One 8:e78280; OMIA 001341-9796"),
    (Locus::Ppib,
        "Two copies make a skin that tears along the back from the second year on.",
        "Tryon, White & Bannasch 2007, Genomics 90:93; OMIA 000327-9796"),
    (Locus::Myo5a,
        "Two copies dilute a foal's coat to lavender and damage its nerves, so that it cannot live.",
        "Brooks et al. 2010, PLoS Genet 6:e1000909; OMIA 001501-9796"),
    (Locus::Slc24a5,
        "Two copies turn brown eyes yellow, amber or orange, and leave the coat as it is.",
        "Mack et al. 2017, G3 7:2799"),
    (Locus::Toe1,
        "Two copies let the foal's cerebellum waste away, so that it never moves surely.",
        "Brault et al. 2011, Genomics 97:121; OMIA 000175-9796"),
    (Locus::Plod1,
        "Two copies make skin and joints too weak to live with; one copy is common in warmbloods and does no harm.",
        "Monthoux et al. 2015, BMC Vet Res 11:12; Reiter et al. 2020, Genes 11:1518"),
    (Locus::Rfwd3,
        "Adds white to a horse with the leopard complex, up to a full leopard or few-spot, and does nothing without.",
        "Holl et al. 2016, Anim Genet 47:91; UC Davis VGL, Appaloosa pattern 1"),
    (Locus::Mc1r,
        "E lets the coat be black or bay; two of the red alleles e and ea make a chestnut.",
        "Marklund et al. 1996, Mamm Genome 7:895; Wagner & Reissmann 2000 for ea; Avila et al. 2022, Genes 13:1641"),
    (Locus::Kit,
        "One place with many alleles for white: tobiano, roan, sabino and the W series, of which a horse has two at most.",
        "Brooks et al. 2007, Cytogenet Genome Res 119:225 for TO; Marklund et al. 1999 for Rn; Brooks & Bailey 2005 \
         for SB1; Haase et al. 2007, PLoS Genet 3:e195, and later papers for W1 to W35; Voss et al. 2020, Genes 11:680 \
         for the roan homozygote, which lives"),
    (Locus::Lcorl,
        "Each C makes a horse about five centimetres taller.",
        "Makvandi-Nejad et al. 2012, PLoS One 7:e39929; Metzger et al. 2013, PLoS One 8:e56497"),
    (Locus::Pax3,
        "Splashed white with a broad blaze and often blue eyes; some of these horses are deaf.",
        "Hauswirth et al. 2012, PLoS Genet 8:e1002653; Hauswirth et al. 2013, Anim Genet 44:763"),
    (Locus::Pmel,
        "Turns black pigment to chocolate and a black mane to silver, leaves red as it is, and harms the eyes, two copies \
         far more than one.",
        "Brunberg et al. 2006, BMC Genet 7:46; Andersson et al. 2013, PLoS One 8:e75639 for the eyes"),
    (Locus::Hmga2,
        "Each A makes a pony about ten centimetres smaller.",
        "Frischknecht et al. 2015, PLoS One 10:e0140749"),
    (Locus::Mfsd12,
        "Two copies turn red pigment to a pale sepia.",
        "Tanaka et al. 2019, Genes 10:826"),
    (Locus::Tbx3,
        "D pales the body and leaves the points and the primitive marks dark; nd1 leaves faint marks alone.",
        "Imsland et al. 2016, Nat Genet 48:152; OMIA 001972-9796"),
    (Locus::Prkdc,
        "Two copies leave a foal without any defence against infection.",
        "Shin et al. 1997, PNAS 94:3910; OMIA 000220-9796"),
    (Locus::Zfat,
        "Each C makes a horse a little taller.",
        "Makvandi-Nejad et al. 2012, PLoS One 7:e39929; Signer-Hasler et al. 2012, PLoS One 7:e37282"),
    (Locus::Ryr1,
        "One copy is enough for a dangerous fever under anaesthesia or strain.",
        "Aleman et al. 2004, Muscle Nerve 30:356; OMIA 000621-9796"),
    (Locus::Gys1,
        "One copy is enough for muscles that store too much sugar and tie up.",
        "McCue et al. 2008, Genomics 91:458; OMIA 001158-9796"),
    (Locus::Scn4a,
        "One copy brings attacks of trembling and weakness, two bring worse ones.",
        "Rudolph et al. 1992, Nat Genet 2:144; OMIA 000785-9796"),
    (Locus::Krt25,
        "Curls the coat, and thins mane and tail.",
        "Morgenthaler et al. 2017, Genet Sel Evol 49:85; OMIA 000245-9796"),
    (Locus::Lasp1,
        "Each A makes a horse a little taller; which allele does is not published, and is the game's choice.",
        "Makvandi-Nejad et al. 2012, PLoS One 7:e39929"),
    (Locus::Sp6,
        "Curls the coat and leaves it full.",
        "Thomer et al. 2018, Sci Rep 8; OMIA 002175-9796"),
    (Locus::Myh1,
        "One copy may bring sudden wasting of muscles after an infection or vaccination, two more often.",
        "Finno et al. 2018, Skelet Muscle 8:7; Valberg et al. 2022, J Vet Intern Med 36:1152"),
    (Locus::Slc36a1,
        "Dilutes red and black alike, with pink freckled skin and amber eyes.",
        "Cook et al. 2008, PLoS Genet 4:e1000195"),
    (Locus::Mitf,
        "Splashed white with a white face, blue eyes and white legs; two copies of SW1 show far more than one.",
        "Hauswirth et al. 2012, PLoS Genet 8:e1002653; Henkel et al. 2019, Anim Genet 50:172 for SW5; Patterson Rosa et al. \
         2022, doi 10.1111/age.13225 for SW6; McFadden et al. 2023, J Equine Vet Sci, July, for later ones"),
    (Locus::Ednrb,
        "One copy frames the horse in colour; a foal with two is born white and dies within days.",
        "Santschi et al. 1998, Mamm Genome 9:306; Metallinos et al. 1998, Mamm Genome 9:426; UC Davis VGL"),
    (Locus::Mstn,
        "C/C suits the sprint, T/T the long distance, C/T the middle.",
        "Hill et al. 2010, PLoS One 5:e8645; Bower et al. 2012, Nat Commun 3:643"),
    (Locus::Slc45a2,
        "One cream dilutes red, two dilute everything; pearl, sunshine and snowdrop show only in pairs, with each other or \
         with cream.",
        "Mariat et al. 2003, Genet Sel Evol 35:119; Holl et al. 2019, PubMed 31006892, for Prl and Sun; Bisbee et al. 2019, \
         bioRxiv 851246, for Sno"),
    (Locus::Asip,
        "A keeps black to the points, so that the horse is bay; a/a lets it be black all over; a chestnut hides both.",
        "Rieder et al. 2001, Mamm Genome 12:450"),
    (Locus::Dmrt3,
        "Two copies let a horse pace or amble; one helps a little.",
        "Andersson et al. 2012, Nature 488:642; Promerova et al. 2014, Anim Genet 45:274"),
    (Locus::Stx17,
        "The coat whitens with age: fast and with many melanomas by G3, slowly and with few by G2.",
        "Pielberg et al. 2008, Nat Genet 40:1004; Rubin et al. 2024, Nat Commun 15; OMIA 001356-9796"),
    (Locus::Gbe1,
        "Two copies leave a foal without usable sugar stores; it dies before birth or within weeks.",
        "Ward et al. 2004, Mamm Genome 15:570; OMIA 000420-9796"),
    (Locus::Flaxen,
        "Pales mane and tail of a chestnut; the gene is not known, and two copies of one allele stand for it here.",
        "Sponenberg & Bellone 2017, Equine Color Genetics, 4th edition; no gene is known"),
    (Locus::Sooty,
        "Darkens the top of the body; the gene is not known, and one dominant allele stands for it here.",
        "Sponenberg & Bellone 2017, Equine Color Genetics, 4th edition; no gene is known"),
    (Locus::Pangare,
        "Pales muzzle, flanks and belly; the gene is not known, and one dominant allele stands for it here.",
        "Sponenberg & Bellone 2017, Equine Color Genetics, 4th edition; no gene is known"),
    (Locus::Rabicano,
        "Ticks the flank and the root of the tail with white; the gene is not known, and one dominant allele stands for it \
         here.",
        "Sponenberg & Bellone 2017, Equine Color Genetics, 4th edition; no gene is known"),
    (Locus::Mbtps2,
        "On the X chromosome: a mare with one copy is striped, a stallion or a mare with two has a sparse mane and tail.",
        "Murgiano et al. 2016, G3 6:2963; UC Davis VGL, Brindle 1"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_locus_says_what_it_does_and_who_found_it_out() {
        assert!(TEXTS.iter().map(|it| it.0).eq(Locus::ALL.iter().copied()));
        for (locus, about, source) in TEXTS {
            assert!(
                about.ends_with('.') && about.len() > 30,
                "{locus:?}: {about}"
            );
            assert!(source.len() > 15, "{locus:?}: {source}");
        }
    }
}
