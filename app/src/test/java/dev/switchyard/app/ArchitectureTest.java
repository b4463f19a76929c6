package dev.switchyard.app;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** The modules and packages know of one another only what the design lets them know. */
final class ArchitectureTest {

  private static final JavaClasses PROGRAM =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.switchyard");

  @Test
  void engineKnowsNoToolkit() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.switchyard.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "javafx..",
                "com.sun.javafx..",
                "java.awt..",
                "javax.swing..",
                "org.jfree..",
                "org.controlsfx..",
                "atlantafx..",
                "dev.switchyard.views.."));
  }

  @Test
  void engineNeitherPrintsNorEndsTheProgram() {
    NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS
        .allowEmptyShould(true)
        .check(PROGRAM.that(resideInAPackage("dev.switchyard.engine..")));
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.switchyard.engine..")
            .should()
            .callMethod(System.class, "exit", int.class));
  }

  @Test
  void viewsKnowNoTensors() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.switchyard.views..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.switchyard.engine.backend..",
                "dev.switchyard.engine.tensor..",
                "dev.switchyard.engine.layer..",
                "org.nd4j..",
                "org.bytedeco.."));
  }

  @Test
  void nobodyKnowsTheApplication() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.switchyard.app..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.switchyard.app.."));
  }

  @Test
  void nativeLibrariesStayBehindTheBackends() {
    check(
        noClasses()
            .that(
                resideInAPackage("dev.switchyard..")
                    .and(
                        not(
                            resideInAnyPackage(
                                "dev.switchyard.engine.tensor..",
                                "dev.switchyard.engine.backend..",
                                "dev.switchyard.engine.parallel.."))))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.nd4j..", "org.bytedeco.."));
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.switchyard.engine.parallel..")
            .should()
            .dependOnClassesThat(
                resideInAPackage("org.nd4j..")
                    .or(
                        resideInAPackage("org.bytedeco..")
                            .and(
                                not(
                                    resideInAnyPackage(
                                        "org.bytedeco.javacpp..", "org.bytedeco.cuda.."))))));
  }

  @Test
  void noCyclesInTheEngine() {
    check(slices().matching("dev.switchyard.engine.(*)..").should().beFreeOfCycles());
  }

  @Test
  void noCyclesInTheApplication() {
    check(slices().matching("dev.switchyard.app.(*)..").should().beFreeOfCycles());
  }

  @Test
  void noCyclesInTheViews() {
    check(slices().matching("dev.switchyard.views.(*)..").should().beFreeOfCycles());
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(PROGRAM);
  }
}
