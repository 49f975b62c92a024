//! What genotypes look like, as laboratories, registries and papers say: the table that the coat's rules answer to.
//!
//! A genotype names what is not wild type; a stallion is one whose X chromosome says so.

/// What is said of a genotype.
#[derive(Clone, Copy, Debug)]
pub enum Is {
    /// The coat's name.
    Name(&'static str),
    /// Another name of it.
    Alias(&'static str),
    /// Words of its description.
    Said(&'static str),
    /// The eyes.
    Eyes(&'static str),
    /// The hair.
    Hair(&'static str),
    /// The name at an age in years.
    At(i64, &'static str),
    /// A warning about this locus, with these words.
    Warned(&'static str, &'static str),
    /// No warning about this locus.
    Healthy(&'static str),
    /// No live foal, for this locus.
    Lost(&'static str),
    /// More white on the face and every leg than without it, all else equal.
    MoreWhite,
}
use Is::{Alias, At, Eyes, Hair, Healthy, Lost, MoreWhite, Name, Said, Warned};

// Laboratories.
const BASES: &str = "Combibreed, Coat colour: table of agouti, extension and cream";
const VGL_PEARL: &str = "UC Davis VGL, Pearl";
const VGL_MUSHROOM: &str =
    "UC Davis VGL, Mushroom; Combibreed, Mushroom; Tanaka et al. 2019, PMC6827053";
const VGL_LP: &str = "UC Davis VGL, Leopard Complex and Congenital Stationary Night Blindness";
const VGL_PATN1: &str = "UC Davis VGL, Appaloosa Pattern-1; Holl et al. 2015, Anim Genet 47:91";
const VGL_TIGER: &str = "UC Davis VGL, Tiger Eye; Mack et al. 2017, G3 7:2799";
const VGL_BRINDLE: &str = "UC Davis VGL, Brindle Coat Texture; Murgiano et al. 2016, G3 6:2963";
const VGL_DUN: &str = "UC Davis VGL, Dun; OMIA 001972-9796; Imsland et al. 2016, Nat Genet 48:152";
const VGL_WHITE: &str = "UC Davis VGL, Dominant White: W5, W10, W13, W20, W22";
const CAG_SUNSHINE: &str =
    "Center for Animal Genetics, Sunshine; Holl et al. 2019, PubMed 31006892";
const CAG_PATN1: &str = "Center for Animal Genetics, Pattern-1";
const CAG_GREY: &str =
    "Center for Animal Genetics, Grey; Rosengren Pielberg et al. 2008, PubMed 18641652";
const SILVER: &str = "Combibreed, Silver and MCOA; Equigerminal, Silver";
const SABINO: &str =
    "Laboklin, Sabino 1; Combibreed, Sabino 1; Brooks & Bailey 2005, PubMed 16284805";
const SPLASH: &str = "Combibreed, Splashed White 1; Hauswirth et al. 2012, PLoS Genet 8:e1002653";
const FRAME: &str = "Generatio, Frame Overo; Animal Genetics, Frame Overo; Metallinos et al. 1998";
const ROAN: &str =
    "Sponenberg & Bellone 2017; Marklund et al. 1999: red, bay and blue roan by the base";
const TOBIANO: &str = "Brooks et al. 2007, Cytogenet Genome Res 119:225; UC Davis VGL, Tobiano";
// Papers and registries.
const MARIAT: &str = "Mariat et al. 2003, Genet Sel Evol 35:119; Practical Horse Genetics, Cream";
const AVILA: &str = "Avila et al. 2022, doi 10.3390/genes13091641: ea acts as e";
const BISBEE: &str = "Bisbee et al. 2019, bioRxiv 851246: snowdrop";
const COOK: &str =
    "Cook et al. 2008, PLoS Genet 4:e1000195; International Champagne Horse Registry";
const ICHR: &str = "International Champagne Horse Registry, Champagne plus Cream";
const PEARLS: &str = "equinecolors.com, Pearl";
const RUBIN: &str = "Rubin et al. 2024, Nat Commun 15, doi 10.1038/s41467-024-51898-2";
const HAASE: &str = "Haase et al. 2007, PLoS Genet 3:e195, and 2009, Anim Genet 40:623; Weatherbys Scientific, W1-W21";
const HAUSWIRTH_13: &str = "Hauswirth et al. 2013, PubMed 23659293";
const HOBAN: &str = "Hoban et al. 2018; Practical Horse Genetics, W25 to W27; Etalon, W27";
const VIA_LATTEA: &str =
    "Equestrian Insights 2022: the white trotter Via Lattea and her white foal";
const COLOURED: &str =
    "liquisearch.com, Piebald in horses: black and white, or white with another colour";
const COMPOUND: &str = "Weatherbys Scientific, W20; Etalon, W20: with W5 or W22 white or nearly so";
const W5_W10: &str = "Dominant white, everything.explained.today: W5 with W10 all white";
const W35: &str = "American Paint Horse Association 2023, W35: face and legs";
const NEGRO: &str = "Negro et al. 2017, doi 10.1111/age.12528: W20 and white markings";
const CURLY: &str =
    "Thomer et al. 2018, OMIA 002175-9796: KRT25 with thin mane and tail, over SP6 without";
const EYES: &str = "Andersson et al. 2013, PLoS One 8:e75639; Combibreed, Silver and MCOA";
const MODIFIERS: &str =
    "Sponenberg & Bellone 2017: flaxen on chestnut alone; sooty and mealy not on black";
const MARKINGS: &str =
    "Haase et al. 2013 and Rieder et al. 2008, J Hered 99:130: chestnuts have more white";

/// Genotype, what is said of it, who says so.
pub static FACTS: &[(&str, Is, &str)] = &[
    // Base colours, by both loci in full.
    ("MC1R=E/E ASIP=A/A", Name("bay"), BASES),
    ("MC1R=E/E ASIP=A/a", Name("bay"), BASES),
    ("MC1R=E/e ASIP=A/A", Name("bay"), BASES),
    ("MC1R=E/e ASIP=A/a", Name("bay"), BASES),
    ("MC1R=E/E ASIP=a/a", Name("black"), BASES),
    ("MC1R=E/e ASIP=a/a", Name("black"), BASES),
    ("MC1R=e/e ASIP=A/A", Name("chestnut"), BASES),
    ("MC1R=e/e ASIP=A/a", Name("chestnut"), BASES),
    ("MC1R=e/e ASIP=a/a", Name("chestnut"), BASES),
    ("MC1R=e/e", Alias("sorrel"), BASES),
    ("MC1R=e/ea ASIP=A/A", Name("chestnut"), AVILA),
    ("MC1R=e/ea ASIP=A/a", Name("chestnut"), AVILA),
    ("MC1R=e/ea ASIP=a/a", Name("chestnut"), AVILA),
    ("MC1R=ea/ea ASIP=A/A", Name("chestnut"), AVILA),
    ("MC1R=ea/ea ASIP=A/a", Name("chestnut"), AVILA),
    ("MC1R=ea/ea ASIP=a/a", Name("chestnut"), AVILA),
    ("MC1R=E/ea ASIP=A/a", Name("bay"), AVILA),
    ("MC1R=E/ea ASIP=a/a", Name("black"), AVILA),
    // Cream.
    ("MC1R=E/E ASIP=A/A SLC45A2=N/Cr", Name("buckskin"), BASES),
    ("MC1R=E/E ASIP=A/a SLC45A2=N/Cr", Name("buckskin"), BASES),
    ("MC1R=E/e ASIP=A/A SLC45A2=N/Cr", Name("buckskin"), BASES),
    ("MC1R=E/e ASIP=A/a SLC45A2=N/Cr", Name("buckskin"), BASES),
    ("MC1R=E/E ASIP=a/a SLC45A2=N/Cr", Name("smoky black"), BASES),
    ("MC1R=E/e ASIP=a/a SLC45A2=N/Cr", Name("smoky black"), BASES),
    ("MC1R=e/e ASIP=A/A SLC45A2=N/Cr", Name("palomino"), BASES),
    ("MC1R=e/e ASIP=A/a SLC45A2=N/Cr", Name("palomino"), BASES),
    ("MC1R=e/e ASIP=a/a SLC45A2=N/Cr", Name("palomino"), BASES),
    ("MC1R=E/E ASIP=A/A SLC45A2=Cr/Cr", Name("perlino"), BASES),
    ("MC1R=E/e ASIP=A/a SLC45A2=Cr/Cr", Name("perlino"), BASES),
    (
        "MC1R=E/E ASIP=a/a SLC45A2=Cr/Cr",
        Name("smoky cream"),
        BASES,
    ),
    (
        "MC1R=E/e ASIP=a/a SLC45A2=Cr/Cr",
        Name("smoky cream"),
        BASES,
    ),
    ("MC1R=e/e ASIP=A/A SLC45A2=Cr/Cr", Name("cremello"), BASES),
    ("MC1R=e/e ASIP=A/a SLC45A2=Cr/Cr", Name("cremello"), BASES),
    ("MC1R=e/e ASIP=a/a SLC45A2=Cr/Cr", Name("cremello"), BASES),
    ("MC1R=e/e SLC45A2=Cr/Cr", Eyes("blue"), MARIAT),
    ("SLC45A2=Cr/Cr", Eyes("blue"), MARIAT),
    ("MC1R=e/e SLC45A2=N/Cr", Eyes("brown"), MARIAT),
    ("MC1R=e/e SLC45A2=N/Cr", Said("gold body"), MARIAT),
    ("SLC45A2=N/Cr", Said("black mane, tail and legs"), MARIAT),
    // Pearl, sunshine, snowdrop.
    ("MC1R=e/e SLC45A2=N/Prl", Name("chestnut"), VGL_PEARL),
    ("SLC45A2=N/Prl", Name("bay"), VGL_PEARL),
    ("ASIP=a/a SLC45A2=N/Prl", Name("black"), VGL_PEARL),
    (
        "MC1R=e/e SLC45A2=Prl/Prl",
        Said("apricot body, mane and tail"),
        VGL_PEARL,
    ),
    ("MC1R=e/e SLC45A2=Prl/Prl", Name("chestnut pearl"), PEARLS),
    ("SLC45A2=Prl/Prl", Name("bay pearl"), PEARLS),
    ("ASIP=a/a SLC45A2=Prl/Prl", Name("black pearl"), PEARLS),
    ("MC1R=e/e SLC45A2=Cr/Prl", Name("palomino pearl"), PEARLS),
    ("SLC45A2=Cr/Prl", Name("buckskin pearl"), PEARLS),
    ("ASIP=a/a SLC45A2=Cr/Prl", Name("smoky black pearl"), PEARLS),
    ("MC1R=e/e SLC45A2=Cr/Prl", Eyes("pale"), VGL_PEARL),
    ("MC1R=e/e SLC45A2=N/Sun", Name("chestnut"), CAG_SUNSHINE),
    (
        "MC1R=e/e SLC45A2=Sun/Sun",
        Name("chestnut sunshine"),
        CAG_SUNSHINE,
    ),
    (
        "MC1R=e/e SLC45A2=Cr/Sun",
        Said("cream all over"),
        CAG_SUNSHINE,
    ),
    ("SLC45A2=Cr/Sun", Eyes("blue"), CAG_SUNSHINE),
    ("SLC45A2=N/Sno", Name("bay"), BISBEE),
    ("SLC45A2=Sno/Sno", Name("bay snowdrop"), BISBEE),
    ("MC1R=e/e SLC45A2=Sno/Sno", Said("cream all over"), BISBEE),
    // Champagne.
    ("MC1R=e/e SLC36A1=N/Ch", Name("gold champagne"), COOK),
    ("MC1R=e/e SLC36A1=Ch/Ch", Name("gold champagne"), COOK),
    ("SLC36A1=N/Ch", Name("amber champagne"), COOK),
    ("SLC36A1=Ch/Ch", Name("amber champagne"), COOK),
    ("ASIP=a/a SLC36A1=N/Ch", Name("classic champagne"), COOK),
    ("ASIP=a/a SLC36A1=Ch/Ch", Name("classic champagne"), COOK),
    ("ASIP=a/a SLC36A1=N/Ch", Eyes("hazel"), COOK),
    ("SLC36A1=N/Ch", Said("freckled pink skin"), COOK),
    (
        "MC1R=e/e SLC45A2=N/Cr SLC36A1=N/Ch",
        Name("gold cream champagne"),
        ICHR,
    ),
    (
        "SLC45A2=N/Cr SLC36A1=N/Ch",
        Name("amber cream champagne"),
        ICHR,
    ),
    (
        "ASIP=a/a SLC45A2=N/Cr SLC36A1=N/Ch",
        Name("classic cream champagne"),
        ICHR,
    ),
    (
        "MC1R=e/e SLC45A2=N/Cr SLC36A1=N/Ch",
        Alias("ivory champagne"),
        ICHR,
    ),
    (
        "MC1R=e/e SLC45A2=N/Cr SLC36A1=N/Ch",
        Alias("gold cream"),
        ICHR,
    ),
    // The traits of champagne cannot be seen beneath two creams.
    (
        "MC1R=e/e SLC45A2=Cr/Cr SLC36A1=N/Ch",
        Name("cremello"),
        ICHR,
    ),
    ("SLC45A2=Cr/Cr SLC36A1=N/Ch", Name("perlino"), ICHR),
    // Dun.
    ("TBX3=D/nd2", Name("bay dun"), VGL_DUN),
    ("TBX3=D/nd1", Name("bay dun"), VGL_DUN),
    ("TBX3=D/D", Name("bay dun"), VGL_DUN),
    ("ASIP=a/a TBX3=D/nd2", Name("grullo"), VGL_DUN),
    ("ASIP=a/a TBX3=D/nd1", Name("grullo"), VGL_DUN),
    ("ASIP=a/a TBX3=D/D", Name("grullo"), VGL_DUN),
    ("MC1R=e/e TBX3=D/nd2", Name("red dun"), VGL_DUN),
    ("MC1R=e/e TBX3=D/nd1", Name("red dun"), VGL_DUN),
    ("MC1R=e/e TBX3=D/D", Name("red dun"), VGL_DUN),
    ("ASIP=a/a TBX3=D/D", Alias("grulla"), VGL_DUN),
    ("ASIP=a/a TBX3=D/D", Alias("mouse dun"), VGL_DUN),
    ("TBX3=D/D", Alias("classic dun"), VGL_DUN),
    ("TBX3=D/nd2", Said("dark stripe along the back"), VGL_DUN),
    ("TBX3=nd1/nd2", Name("bay"), VGL_DUN),
    ("TBX3=nd1/nd1", Said("faint primitive marks"), VGL_DUN),
    ("TBX3=nd1/nd2", Said("faint primitive marks"), VGL_DUN),
    (
        "MC1R=e/e SLC45A2=N/Cr TBX3=D/nd2",
        Name("dunalino"),
        VGL_DUN,
    ),
    ("SLC45A2=N/Cr TBX3=D/nd2", Name("dunskin"), VGL_DUN),
    ("SLC45A2=N/Cr TBX3=D/nd2", Alias("buckskin dun"), VGL_DUN),
    (
        "ASIP=a/a SLC45A2=N/Cr TBX3=D/nd2",
        Name("smoky grullo"),
        VGL_DUN,
    ),
    // Silver.
    ("ASIP=a/a PMEL=N/Z", Name("silver black"), SILVER),
    ("ASIP=a/a PMEL=Z/Z", Name("silver black"), SILVER),
    ("PMEL=N/Z", Name("silver bay"), SILVER),
    ("PMEL=Z/Z", Name("silver bay"), SILVER),
    ("ASIP=a/a PMEL=N/Z", Alias("silver dapple"), SILVER),
    ("MC1R=e/e PMEL=N/Z", Name("chestnut"), SILVER),
    ("MC1R=e/e PMEL=Z/Z", Name("chestnut"), SILVER),
    ("MC1R=e/e SLC45A2=N/Cr PMEL=Z/Z", Name("palomino"), SILVER),
    ("MC1R=e/e SLC45A2=Cr/Cr PMEL=Z/Z", Name("cremello"), SILVER),
    ("SLC45A2=N/Cr PMEL=N/Z", Name("silver buckskin"), SILVER),
    (
        "ASIP=a/a TBX3=D/nd2 PMEL=N/Z",
        Name("silver grullo"),
        SILVER,
    ),
    ("PMEL=Z/Z", Warned("PMEL", "severe"), EYES),
    ("MC1R=e/e PMEL=Z/Z", Warned("PMEL", "severe"), EYES),
    ("PMEL=N/Z", Warned("PMEL", "mild"), EYES),
    // Mushroom.
    ("MC1R=e/e MFSD12=Mu/Mu", Name("mushroom"), VGL_MUSHROOM),
    ("MC1R=e/e MFSD12=N/Mu", Name("chestnut"), VGL_MUSHROOM),
    ("MFSD12=Mu/Mu", Name("mushroom bay"), VGL_MUSHROOM),
    ("ASIP=a/a MFSD12=Mu/Mu", Name("black"), VGL_MUSHROOM),
    (
        "MC1R=e/e SLC45A2=N/Cr MFSD12=Mu/Mu",
        Name("mushroom palomino"),
        VGL_MUSHROOM,
    ),
    (
        "SLC45A2=N/Cr MFSD12=Mu/Mu",
        Name("mushroom buckskin"),
        VGL_MUSHROOM,
    ),
    // Shades.
    ("MC1R=e/e FLAXEN=f/f", Name("flaxen chestnut"), MODIFIERS),
    ("MC1R=e/e FLAXEN=F/f", Name("chestnut"), MODIFIERS),
    ("FLAXEN=f/f", Name("bay"), MODIFIERS),
    ("ASIP=a/a FLAXEN=f/f", Name("black"), MODIFIERS),
    ("SOOTY=n/Sty", Name("sooty bay"), MODIFIERS),
    (
        "SLC45A2=N/Cr SOOTY=Sty/Sty",
        Name("sooty buckskin"),
        MODIFIERS,
    ),
    ("ASIP=a/a SOOTY=n/Sty", Name("black"), MODIFIERS),
    ("MC1R=e/e PANGARE=n/P", Name("pangare chestnut"), MODIFIERS),
    ("ASIP=a/a PANGARE=P/P", Name("black"), MODIFIERS),
    // Grey.
    ("STX17=G1/G3", Name("grey (born bay)"), CAG_GREY),
    ("STX17=G3/G3", Name("grey (born bay)"), CAG_GREY),
    ("MC1R=e/e STX17=G1/G2", Name("grey (born chestnut)"), RUBIN),
    ("ASIP=a/a STX17=G2/G3", Said("goes grey fast"), RUBIN),
    ("ASIP=a/a STX17=G1/G2", Said("goes grey slowly"), RUBIN),
    ("STX17=G1/G3", At(0, "bay, turning grey"), CAG_GREY),
    (
        "ASIP=a/a STX17=G1/G3",
        At(3, "steel grey (born black)"),
        CAG_GREY,
    ),
    (
        "MC1R=e/e STX17=G1/G3",
        At(3, "rose grey (born chestnut)"),
        CAG_GREY,
    ),
    (
        "STX17=G1/G3",
        At(12, "flea-bitten grey (born bay)"),
        CAG_GREY,
    ),
    ("STX17=G3/G3", At(12, "white grey (born bay)"), CAG_GREY),
    ("STX17=G1/G2", At(4, "bay, turning grey"), RUBIN),
    ("STX17=G1/G2", At(20, "dapple grey (born bay)"), RUBIN),
    ("STX17=G1/G3", Warned("STX17", "melanoma"), RUBIN),
    ("STX17=G1/G2", Healthy("STX17"), RUBIN),
    // Tobiano and roan.
    ("KIT=n/TO", Name("bay tobiano"), TOBIANO),
    ("KIT=TO/TO", Name("bay tobiano"), TOBIANO),
    (
        "MC1R=e/e SLC45A2=N/Cr KIT=n/TO",
        Name("palomino tobiano"),
        TOBIANO,
    ),
    ("KIT=n/TO", Said("white legs"), TOBIANO),
    ("ASIP=a/a KIT=n/TO", Alias("piebald"), COLOURED),
    ("MC1R=e/e KIT=n/TO", Alias("skewbald"), COLOURED),
    ("MC1R=e/e KIT=n/Rn", Name("red roan"), ROAN),
    ("MC1R=e/e KIT=n/Rn", Alias("strawberry roan"), ROAN),
    ("KIT=n/Rn", Name("bay roan"), ROAN),
    ("ASIP=a/a KIT=n/Rn", Name("blue roan"), ROAN),
    ("ASIP=a/a KIT=Rn/Rn", Name("blue roan"), ROAN),
    (
        "MC1R=e/e SLC45A2=N/Cr KIT=n/Rn",
        Name("palomino roan"),
        ROAN,
    ),
    ("KIT=TO/Rn", Name("bay roan tobiano"), TOBIANO),
    // Sabino and dominant white.
    ("MC1R=e/e KIT=n/SB1", Name("chestnut sabino"), SABINO),
    ("MC1R=e/e KIT=SB1/SB1", Name("sabino white"), SABINO),
    ("KIT=n/W1", Name("dominant white"), HAASE),
    ("KIT=n/W2", Name("dominant white"), HAASE),
    ("KIT=n/W3", Name("dominant white"), HAASE),
    ("KIT=n/W4", Name("dominant white"), HAASE),
    (
        "MC1R=e/e SLC45A2=N/Cr STX17=G3/G3 KIT=n/W2",
        Name("dominant white"),
        HAASE,
    ),
    ("KIT=n/W2", Eyes("brown"), HAASE),
    ("MC1R=e/e KIT=n/W5", Name("chestnut white-spotted"), HAASE),
    ("KIT=n/W8", Name("bay white-spotted"), HAASE),
    ("KIT=n/W10", Name("bay white-spotted"), HAASE),
    ("KIT=n/W13", Name("dominant white"), VGL_WHITE),
    ("KIT=n/W18", Name("bay white-spotted"), HAUSWIRTH_13),
    ("KIT=n/W19", Name("bay white-spotted"), HAUSWIRTH_13),
    ("KIT=n/W20", Name("bay"), HAUSWIRTH_13),
    ("KIT=W20/W20", Name("bay"), HAUSWIRTH_13),
    ("KIT=n/W20", MoreWhite, NEGRO),
    ("KIT=W20/W20", MoreWhite, NEGRO),
    ("KIT=n/W25", Name("bay white-spotted"), HOBAN),
    ("KIT=n/W27", Name("bay white-spotted"), HOBAN),
    ("KIT=n/W35", Name("bay"), W35),
    ("KIT=n/W35", MoreWhite, W35),
    ("KIT=n/W24", Name("dominant white"), VIA_LATTEA),
    ("KIT=W20/W27", Name("dominant white"), HOBAN),
    ("KIT=W5/W20", Name("dominant white"), COMPOUND),
    ("KIT=W20/W22", Name("dominant white"), COMPOUND),
    ("KIT=W5/W10", Name("dominant white"), W5_W10),
    ("KIT=W5/W5", Lost("KIT"), VGL_WHITE),
    ("KIT=W10/W10", Lost("KIT"), VGL_WHITE),
    ("KIT=W13/W13", Lost("KIT"), VGL_WHITE),
    ("KIT=W22/W22", Lost("KIT"), VGL_WHITE),
    ("KIT=n/W5", Warned("KIT", "lost"), VGL_WHITE),
    ("KIT=W20/W20", Healthy("KIT"), VGL_WHITE),
    // Frame and splashed white.
    ("EDNRB=n/O", Name("bay frame"), FRAME),
    ("EDNRB=n/O", Warned("EDNRB", "lethal white"), FRAME),
    ("EDNRB=O/O", Lost("EDNRB"), FRAME),
    ("EDNRB=O/O", Name("lethal white"), FRAME),
    ("EDNRB=O/O", Eyes("blue"), FRAME),
    ("KIT=n/TO EDNRB=n/O", Alias("bay tovero"), FRAME),
    ("MITF=N/SW1", Name("bay splashed white"), SPLASH),
    ("MITF=SW1/SW1", Name("bay splashed white"), SPLASH),
    ("MITF=SW1/SW1", Eyes("blue"), SPLASH),
    ("PAX3=N/SW2", Name("bay splashed white"), SPLASH),
    ("PAX3=N/SW4", Name("bay splashed white"), HAUSWIRTH_13),
    ("MITF=N/SW1", MoreWhite, SPLASH),
    ("PAX3=N/SW2", Warned("PAX3", "deaf"), SPLASH),
    ("MITF=N/SW3", Warned("MITF", "deaf"), SPLASH),
    ("MITF=SW3/SW3", Warned("MITF", "suspected"), SPLASH),
    // Leopard.
    ("TRPM1=lp/LP", Name("bay varnish roan"), VGL_LP),
    ("TRPM1=lp/LP RFWD3=n/PATN1", Name("bay leopard"), VGL_PATN1),
    (
        "TRPM1=lp/LP RFWD3=PATN1/PATN1",
        Name("bay leopard"),
        VGL_PATN1,
    ),
    ("TRPM1=LP/LP RFWD3=n/PATN1", Name("bay few-spot"), VGL_PATN1),
    (
        "TRPM1=LP/LP RFWD3=PATN1/PATN1",
        Name("bay few-spot"),
        VGL_PATN1,
    ),
    (
        "TRPM1=LP/LP",
        Name("bay snowcap"),
        "Knabstrupper and Appaloosa breeders: colorgenetics.info, Appaloosa Patterns",
    ),
    ("RFWD3=n/PATN1", Name("bay"), CAG_PATN1),
    ("MC1R=e/e RFWD3=PATN1/PATN1", Name("chestnut"), CAG_PATN1),
    ("TRPM1=LP/LP", Warned("TRPM1", "night blindness"), VGL_LP),
    ("TRPM1=lp/LP", Healthy("TRPM1"), VGL_LP),
    // Eyes and hair.
    ("SLC24A5=TE1/TE1", Eyes("yellow"), VGL_TIGER),
    ("SLC24A5=TE1/TE2", Eyes("yellow"), VGL_TIGER),
    ("SLC24A5=N/TE1", Eyes("brown"), VGL_TIGER),
    ("SLC24A5=TE1/TE1", Name("bay"), VGL_TIGER),
    ("MC1R=e/e SLC24A5=TE1/TE1", Name("chestnut"), VGL_TIGER),
    ("MBTPS2=N/BR1", Hair("striped"), VGL_BRINDLE),
    ("MBTPS2=N/BR1", Name("bay brindle"), VGL_BRINDLE),
    ("MBTPS2=BR1/BR1", Hair("sparse"), VGL_BRINDLE),
    ("MBTPS2=BR1/Y", Hair("sparse"), VGL_BRINDLE),
    ("MBTPS2=BR1/Y", Name("bay"), VGL_BRINDLE),
    ("KRT25=N/Cu", Hair("thin curly"), CURLY),
    ("KRT25=Cu/Cu", Hair("thin curly"), CURLY),
    ("SP6=N/Cu", Hair("curly"), CURLY),
    ("SP6=Cu/Cu", Hair("curly"), CURLY),
    ("KRT25=N/Cu SP6=N/Cu", Hair("thin curly"), CURLY),
    // Markings.
    ("MC1R=e/e", MoreWhite, MARKINGS),
    // Health.
    (
        "SCN4A=N/H",
        Warned("SCN4A", "half of its foals"),
        "UC Davis VGL, HYPP; Rudolph et al. 1992",
    ),
    (
        "SCN4A=H/H",
        Warned("SCN4A", "severe"),
        "UC Davis VGL, HYPP; Rudolph et al. 1992",
    ),
    (
        "GBE1=N/GBED",
        Warned("GBE1", "carrier"),
        "Ward et al. 2004, Mamm Genome 15:570",
    ),
    (
        "GBE1=GBED/GBED",
        Lost("GBE1"),
        "Ward et al. 2004, Mamm Genome 15:570",
    ),
    (
        "PRKDC=SCID/SCID",
        Lost("PRKDC"),
        "Bernoco & Bailey 1998, PubMed 9682449",
    ),
    (
        "MYO5A=LFS/LFS",
        Lost("MYO5A"),
        "Brooks et al. 2010, PMC2855325",
    ),
    (
        "PLOD1=WFFS/WFFS",
        Lost("PLOD1"),
        "Monthoux et al. 2015, BMC Vet Res 11:12",
    ),
    (
        "PLOD1=N/WFFS",
        Warned("PLOD1", "carrier"),
        "Monthoux et al. 2015, BMC Vet Res 11:12",
    ),
    (
        "ACAN=D2/D2",
        Warned("ACAN", "dwarf"),
        "Eberth et al. 2018, Anim Genet 49:413",
    ),
    (
        "ACAN=D1/D1",
        Lost("ACAN"),
        "Eberth et al. 2018, Anim Genet 49:413",
    ),
    (
        "PPIB=HRD/HRD",
        Warned("PPIB", "skin"),
        "Tryon et al. 2007, Genomics 90:93",
    ),
    (
        "GYS1=N/P1",
        Warned("GYS1", "half of its foals"),
        "McCue et al. 2008, Genomics 91:458",
    ),
    (
        "GYS1=P1/P1",
        Warned("GYS1", "every foal"),
        "McCue et al. 2008, Genomics 91:458",
    ),
    (
        "RYR1=N/MH",
        Warned("RYR1", "anaesthesia"),
        "Aleman et al. 2009, Vet Pathol; UC Davis VGL",
    ),
];
