# Caravan as an image: built from this directory, run as nobody in particular. See docs/deploy.md.
FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY pom.xml ./
COPY src ./src
COPY routes ./routes
COPY kamelets ./kamelets
RUN mvn -q -B package -DskipTests

FROM eclipse-temurin:25-jre
WORKDIR /caravan
COPY --from=build /src/target/caravan.jar ./
COPY --from=build /src/target/lib ./lib
COPY routes ./routes
COPY kamelets ./kamelets
COPY caravan.yaml caravan.schema.json ./
USER 10001
# Beyond the container itself Caravan listens only with keys: give it a caravan.yaml that has some.
ENV CARAVAN_HOST=0.0.0.0
EXPOSE 7777
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-XX:MaxRAMPercentage=60", "-jar", "caravan.jar"]
CMD ["serve"]
